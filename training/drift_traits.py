"""What of each incident is compared to tell drift: figures only, never its words."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial, reduce
from typing import Final, Self, get_args

import numpy as np
from numpy.typing import NDArray

from dutyline.judgement.types import IncidentText
from dutyline.vocabulary import OUTPUTS, Verdict
from models.abbreviations import abbreviations
from models.classifier import NotesClassifier
from models.features import present
from models.manifest import Manifest
from models.pipeline import incident_reader, untrained
from training.corpus import Corpus, check_trainable
from training.crossval import folds, material, predict
from training.train import LEAST_EACH

VERDICTS: Final[tuple[str, ...]] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class Traits:
    """Traits of incidents, a row for each."""

    words: NDArray[np.intp]
    unknown: NDArray[np.intp]
    """Words that the model does not know."""
    lines: NDArray[np.intp]
    """Present lines."""
    thin: NDArray[np.bool_]
    probabilities: NDArray[np.float64]
    """A column for each of `vocabulary.OUTPUTS`."""
    verdicts: NDArray[np.intp]
    """Likewise; places in `VERDICTS`."""
    call_types: NDArray[np.str_]
    """In small letters, single spaces; empty where there is none."""

    def __len__(self) -> int:
        return len(self.words)

    def beside(self, other: Self) -> Self:
        """Give the rows of both, these first."""
        return type(self)(
            *(np.concatenate([getattr(self, each.name), getattr(other, each.name)]) for each in fields(self))
        )

    def rows(self, chosen: Sequence[int]) -> Self:
        """Give some of the rows."""
        places = np.array(chosen, dtype=np.intp)
        return type(self)(*(getattr(self, each.name)[places] for each in fields(self)))


def traits(incidents: Sequence[IncidentText], classifier: NotesClassifier) -> Traits:
    """Score incidents and count their words."""
    scores = classifier.score(incidents)
    counted = np.array([classifier.words(incident) for incident in incidents], dtype=np.intp).reshape(-1, 2)
    _, thin = classifier.probabilities(incidents) if incidents else (None, np.zeros(0, dtype=bool))
    shape = (len(incidents), len(OUTPUTS))
    verdicts = [[VERDICTS.index(each[name].verdict) for name in OUTPUTS] for each in scores]
    return Traits(
        words=counted[:, 0],
        unknown=counted[:, 1],
        lines=np.array([len(present(incident)) for incident in incidents], dtype=np.intp),
        thin=thin,
        probabilities=np.array([[each[name].probability for name in OUTPUTS] for each in scores]).reshape(
            shape
        ),
        verdicts=np.array(verdicts, dtype=np.intp).reshape(shape),
        call_types=np.array([_plain(incident.call_type) for incident in incidents], dtype=np.str_),
    )


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A training corpus, each incident read by a model that was trained without it.

    A model knows the words of its own training incidents and is surer of them than of any
    others; against figures from those, everything new would look like drift.

    Attributes:
        corpus: the traits of its incidents, in its order.
        models: one for each fold, trained without it.
    """

    corpus: Traits
    models: tuple[NotesClassifier, ...]

    def read(self, incidents: Sequence[IncidentText]) -> Traits:
        """Read other incidents by the same models in turn, so that both are read alike."""
        count = len(self.models)
        parts = [traits(incidents[at::count], model) for at, model in enumerate(self.models)]
        order = [place for at in range(count) for place in range(at, len(incidents), count)]
        return reduce(Traits.beside, parts).rows(np.argsort(order).tolist())


def held_out(corpus: Corpus, manifest: Manifest) -> HeldOut:
    """Train a model for each fifth of a corpus on the others, and read the fifth with it.

    Args:
        corpus: what the model in use was trained on.
        manifest: that model's, whose seed and thresholds are used.

    Raises:
        CorpusError: there are too few incidents of some kind to train without a fifth of them.
    """
    check_trainable(corpus, LEAST_EACH)
    tables = abbreviations()
    given = material(corpus, incident_reader(tables))
    fold_of = folds(given.truth, manifest.seed)
    least = manifest.least_known_words
    _, pipelines = predict(given, fold_of, partial(untrained, tables, manifest.seed), least)
    models = tuple(
        NotesClassifier(pipeline, manifest.outputs, least_known_words=least, version="held out")
        for pipeline in pipelines
    )
    places = [np.flatnonzero(fold_of == fold).tolist() for fold in range(len(models))]
    parts = [
        traits([corpus.incidents[at].text for at in mine], model)
        for mine, model in zip(places, models, strict=True)
    ]
    back = np.argsort([at for mine in places for at in mine]).tolist()
    return HeldOut(reduce(Traits.beside, parts).rows(back), models)


def _plain(call_type: str | None) -> str:
    return " ".join((call_type or "").lower().split())
