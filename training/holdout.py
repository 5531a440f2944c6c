"""Measuring a classifier on incidents that are kept aside."""

from dataclasses import dataclass

import numpy as np

from dutyline.judgement.types import Classifier
from dutyline.vocabulary import OUTPUTS
from models.manifest import Metrics, Together
from training.corpus import Corpus
from training.crossval import truths
from training.figures import Probabilities, Verdicts, figures
from training.together import Switchboard, together


@dataclass(frozen=True, slots=True)
class Holdout:
    """What a classifier does on incidents that it never saw."""

    incidents: int
    sha256: str
    """Of the incidents measured on."""
    outputs: dict[str, Metrics]
    together: Together
    misses: dict[str, frozenset[str]]
    """For each output the ids of the true incidents that got a `no`."""
    left_out: frozenset[str]
    """The ids of incidents that need police and would be left without."""
    probabilities: Probabilities
    verdicts: Verdicts


def measure(classifier: Classifier, corpus: Corpus, board: Switchboard | None = None) -> Holdout:
    """Score incidents that a classifier never saw, and route them by the reference policy."""
    scores = classifier.score([incident.text for incident in corpus.incidents])
    truth = truths(corpus)
    probabilities = np.array([[each[name].probability for name in OUTPUTS] for each in scores])
    verdicts = np.array([[each[name].verdict for name in OUTPUTS] for each in scores], dtype=object)
    counts, left_out = together(board or Switchboard(), corpus.incidents, scores)
    ids = np.array([incident.id for incident in corpus.incidents], dtype=object)
    return Holdout(
        incidents=len(ids),
        sha256=corpus.sha256,
        outputs={
            name: figures(probabilities[:, at], truth[:, at], verdicts[:, at])
            for at, name in enumerate(OUTPUTS)
        },
        together=counts,
        misses={
            name: frozenset(ids[(truth[:, at] == 1) & (verdicts[:, at] == "no")])
            for at, name in enumerate(OUTPUTS)
        },
        left_out=left_out,
        probabilities=probabilities,
        verdicts=verdicts,
    )
