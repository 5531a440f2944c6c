"""All that is known of how well the classifier does: cross-validated, and on what is kept aside."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dutyline.judgement.types import IncidentText
from dutyline.vocabulary import OUTPUTS
from models.abbreviations import abbreviations
from models.classifier import NotesClassifier
from models.manifest import Metrics, Output, Together
from models.pipeline import UNDECIDED, Truths, incident_reader, untrained
from training.corpus import Corpus, check_apart, check_trainable, read
from training.crossval import Progress, cross_validated, fit, folds, material, predict, truths
from training.figures import Flags, Probabilities, Verdicts, figures
from training.holdout import measure
from training.slices import slices
from training.together import Switchboard
from training.train import LEAST_EACH, LEAST_KNOWN_WORDS, SEED

RESAMPLES: Final = 500
CONFIDENCE: Final = 0.95
LEAST_IN_SLICE: Final = 20

FIRST_LINES: Final = (1, 2, 3)

INTERVALS: Final = ("precision", "recall", "f1", "average_precision", "missed")
"""The figures that intervals are given for."""


class Interval(NamedTuple):
    """Between these lies the figure in 95 of 100 samples drawn anew from the incidents."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What a classifier does on incidents that it never saw; rows are incidents, columns outputs."""

    corpus: Corpus
    truth: Truths
    probabilities: Probabilities
    verdicts: Verdicts
    outputs: dict[str, Metrics]
    intervals: dict[str, dict[str, Interval]]
    """By output and figure."""
    together: Together
    left_out: frozenset[str]
    slices: dict[str, tuple[int, dict[str, Metrics]]]
    """By slice: how many incidents, and the figures of each output."""


class Beginning(NamedTuple):
    """How the first lines of incidents are read: shares of verdicts, by output and final truth."""

    lines: int
    shares: dict[str, dict[bool, dict[str, float]]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that a report shows."""

    seed: int
    thresholds: dict[str, Output]
    cross_validated: Measured
    kept_aside: Measured | None
    beginnings: list[Beginning]


def evaluate(
    paths: Iterable[Path],
    aside: Iterable[Path] = (),
    seed: int = SEED,
    progress: Progress = lambda _step, _share: None,
) -> Evaluation:
    """Cross-validate, measure what is kept aside, and score the beginnings of incidents.

    Args:
        paths: JSONL files of labelled incidents to train on.
        aside: files of incidents kept aside.
        seed: decides the folds.
        progress: told what is being done and the share from 0 to 1 done before it.

    Raises:
        CorpusError: the corpus is wrong, or shares incidents with those kept aside.
    """
    corpus, aside_paths = read(paths), list(aside)
    check_trainable(corpus, LEAST_EACH)
    kept = read(aside_paths) if aside_paths else None
    if kept:
        check_apart(corpus, kept)
    tables = abbreviations()
    make = partial(untrained, tables, seed)
    given, board = material(corpus, incident_reader(tables)), Switchboard()
    held_out = folds(given.truth, seed)
    predicted, pipelines = predict(
        given,
        held_out,
        make,
        LEAST_KNOWN_WORDS,
        lambda fold: progress("cross-validating", 0.1 * (fold + 1)),
    )
    progress("routing with words, rules and policy", 0.5)
    found = cross_validated(predicted, given, board)
    classifiers = [
        NotesClassifier(pipeline, found.outputs, least_known_words=LEAST_KNOWN_WORDS, version="fold")
        for pipeline in pipelines
    ]
    progress("drawing samples", 0.7)
    crossed = _measured(corpus, predicted.probabilities, found.verdicts, found.together, found.left_out)
    progress("measuring what is kept aside", 0.8)
    kept_aside = None
    if kept:
        whole = NotesClassifier(
            fit(make, given.features, given.truth),
            found.outputs,
            least_known_words=LEAST_KNOWN_WORDS,
            version="whole",
        )
        holdout = measure(whole, kept, board)
        kept_aside = _measured(
            kept, holdout.probabilities, holdout.verdicts, holdout.together, holdout.left_out
        )
    progress("scoring beginnings", 0.9)
    beginnings = [_beginning(count, corpus, given.truth, held_out, classifiers) for count in FIRST_LINES]
    progress("done", 1.0)
    return Evaluation(seed, found.outputs, crossed, kept_aside, beginnings)


def first_lines(text: IncidentText, count: int) -> IncidentText:
    """The incident as it was after its first lines."""
    return replace(text, lines=text.lines[:count])


def _measured(
    corpus: Corpus,
    probabilities: Probabilities,
    verdicts: Verdicts,
    together: Together,
    left_out: frozenset[str],
) -> Measured:
    truth = truths(corpus)
    everything = np.ones(len(truth), dtype=bool)
    return Measured(
        corpus=corpus,
        truth=truth,
        probabilities=probabilities,
        verdicts=verdicts,
        outputs=_figures(probabilities, truth, verdicts, everything),
        intervals={
            name: _intervals(probabilities[:, at], truth[:, at], verdicts[:, at])
            for at, name in enumerate(OUTPUTS)
        },
        together=together,
        left_out=left_out,
        slices={
            name: (int(among.sum()), _figures(probabilities, truth, verdicts, among))
            for name, among in slices(corpus.incidents).items()
            if among.sum() >= LEAST_IN_SLICE
        },
    )


def _figures(
    probabilities: Probabilities, truth: Truths, verdicts: Verdicts, among: Flags
) -> dict[str, Metrics]:
    return {
        name: figures(probabilities[among, at], truth[among, at], verdicts[among, at])
        for at, name in enumerate(OUTPUTS)
    }


def _intervals(
    probabilities: Probabilities, truth: NDArray[np.int8], verdicts: Verdicts
) -> dict[str, Interval]:
    """Percentile bootstrap over incidents."""
    decided = np.flatnonzero(truth != UNDECIDED)
    random = np.random.default_rng(SEED)
    drawn: dict[str, list[float]] = {name: [] for name in INTERVALS}
    for _ in range(RESAMPLES):
        rows = random.choice(decided, len(decided))
        found = figures(probabilities[rows], truth[rows], verdicts[rows])
        for name, values in drawn.items():
            values.append(getattr(found, name))
    tail = 100 * (1 - CONFIDENCE) / 2
    return {
        name: Interval(*(round(float(bound), 4) for bound in np.percentile(values, [tail, 100 - tail])))
        for name, values in drawn.items()
    }


def _beginning(
    count: int,
    corpus: Corpus,
    truth: Truths,
    held_out: NDArray[np.intp],
    classifiers: list[NotesClassifier],
) -> Beginning:
    """What the verdicts on beginnings are, for incidents that turn out true and false."""
    table = np.full(truth.shape, "", dtype=object)
    for fold, classifier in enumerate(classifiers):
        mine = np.flatnonzero(held_out == fold)
        scored = classifier.score([first_lines(corpus.incidents[int(at)].text, count) for at in mine])
        for at, scores in zip(mine, scored, strict=True):
            table[at] = [scores[name].verdict for name in OUTPUTS]
    longer = np.array([len(incident.text.lines) > count for incident in corpus.incidents])
    return Beginning(
        count,
        {
            name: {
                right: {
                    answer: round(float(np.mean(table[longer & (truth[:, at] == right), at] == answer)), 4)
                    for answer in ("yes", "unsure", "no")
                }
                for right in (True, False)
            }
            for at, name in enumerate(OUTPUTS)
        },
    )
