"""Scores incidents with a trained pipeline, and says which words drove each score."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from dutyline.judgement.types import Evidence, IncidentText, Score
from dutyline.vocabulary import OUTPUTS, Verdict
from models.counting import ColumnReader
from models.evidence import IncidentRead, telling_columns
from models.features import MARKS, IncidentReader, placed
from models.manifest import Output
from models.rounding import PLACES
from models.words import stem

TELLING_IDF: Final = 3.3
"""A word tells something if at most about a tenth of the corpus has it."""

_CACHED_LINES: Final = 4096
"""Lines whose reading is kept, since a growing incident brings its earlier lines again."""


class _Rows(NamedTuple):
    """A batch's features: for each incident's each column, ascending, its value; and the words."""

    matrix: sparse.csr_matrix
    telling: NDArray[np.intp]
    """How many different telling words each incident has."""
    known: NDArray[np.bool_]
    """Which incidents have a word in their notes that the model knows."""


class NotesClassifier:
    """A trained classifier of incidents; implements `dutyline.judgement.types.Classifier`.

    It computes what the pipeline's `predict_proba` would, in one product for all outputs.

    Args:
        pipeline: a fitted `models.pipeline.untrained`.
        outputs: how the probability of each output is read as a verdict.
        least_known_words: an incident with fewer telling words is thin, and its
            probabilities are read by the thresholds for thin notes.
        version: identifies all of these down to their bytes.
    """

    def __init__(
        self,
        pipeline: Any,  # noqa: ANN401 - scikit-learn publishes no types
        outputs: Mapping[str, Output],
        *,
        least_known_words: int,
        version: str,
    ) -> None:
        self.version = version
        self._outputs = [outputs[name] for name in OUTPUTS]
        self._priors = {name: Score(outputs[name].prior, "unsure") for name in OUTPUTS}
        self._least_known_words = least_known_words
        self._incidents: IncidentReader = pipeline["count"].analyzer
        self._columns: dict[str, int] = pipeline["count"].vocabulary_
        self._readers = {
            id(lines): ColumnReader(lines, self._columns)
            for lines in (self._incidents.common, *self._incidents.agencies.values())
        }
        self._idf: NDArray[np.float64] = pipeline["tfidf"].idf_
        self._damping: float = pipeline["damp"].kw_args["damping"]
        models = [output.calibrated_classifiers_[0] for output in pipeline["outputs"].estimators_]
        self._weights = np.column_stack([model.estimator.coef_[0] for model in models])
        self._intercepts = np.array([model.estimator.intercept_[0] for model in models])
        self._slopes = np.array([model.calibrators[0].a_ for model in models])
        self._offsets = np.array([model.calibrators[0].b_ for model in models])
        self._telling = np.zeros(len(self._idf), dtype=bool)
        self._telling[telling_columns(self._columns, self._idf, TELLING_IDF)] = True
        self._read = lru_cache(maxsize=_CACHED_LINES)(self._read_line)

    def score(self, incidents: Sequence[IncidentText]) -> list[Mapping[str, Score]]:
        """Score a batch; the answer for an incident does not depend on its neighbours."""
        if not incidents:
            return []
        rows = self._rows(incidents)
        table = self._probabilities(rows.matrix).tolist()
        thin = (rows.telling < self._least_known_words).tolist()
        return [
            self._scores(probabilities, thin[at]) if known else self._priors
            for at, (probabilities, known) in enumerate(zip(table, rows.known.tolist(), strict=True))
        ]

    def probabilities(
        self, incidents: Sequence[IncidentText]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The probabilities, shaped (incidents, outputs), and which incidents are thin."""
        rows = self._rows(incidents)
        return self._probabilities(rows.matrix), rows.telling < self._least_known_words

    def words(self, incident: IncidentText) -> tuple[int, int]:
        """How many words the present lines have, and how many of them the model does not know."""
        reader = self._incidents.of(incident.agency).reader
        stems = [stem(word.text) for line, _ in placed(incident) for word in reader.words(line.text)]
        unknown = sum(all(mark + each not in self._columns for mark in MARKS) for each in stems)
        return len(stems), unknown

    def explain(self, incident: IncidentText, names: Collection[str]) -> Mapping[str, tuple[Evidence, ...]]:
        """Point at the words that raised outputs of an incident most.

        Args:
            incident: what was scored.
            names: the outputs asked about.
        """
        if not names:
            return {}
        read = IncidentRead(incident, self._incidents.of(incident.agency), self._columns)
        columns, counts = np.unique(np.concatenate(self._pieces(incident)), return_counts=True)
        values = (1 + np.log(counts)) * self._idf[columns]
        values /= np.sqrt(np.sum(values**2) + self._damping**2)
        shares = (values / counts)[np.searchsorted(columns, read.columns)]
        shares = np.where(self._idf[read.columns] >= TELLING_IDF, shares, 0.0)  # "the" explains nothing
        return {
            name: read.evidence(shares * self._weights[read.columns, OUTPUTS.index(name)]) for name in names
        }

    def _read_line(self, reader: ColumnReader, text: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """A line's columns: as any of several lines, and as the last of several."""
        found, last = reader.columns(text)
        return np.array(found, dtype=np.int32), np.array(found + last, dtype=np.int32)

    def _pieces(self, incident: IncidentText) -> list[NDArray[np.int32]]:
        """The columns of the call type, then those of each present line."""
        reader = self._readers[id(self._incidents.of(incident.agency))]
        typed = np.array(reader.call_type(incident.call_type), dtype=np.int32)
        return [typed, *(self._read(reader, line.text)[last] for line, last in placed(incident))]

    def _rows(self, incidents: Sequence[IncidentText]) -> _Rows:
        """Count a batch at once; each row is summed by itself, in the order of its columns."""
        count, width = len(incidents), len(self._idf)
        pieces: list[NDArray[np.int32]] = []
        lengths = np.zeros(count, dtype=np.intp)
        known = np.zeros(count, dtype=bool)
        for at, incident in enumerate(incidents):
            typed, *notes = self._pieces(incident)
            words = sum(len(piece) for piece in notes)
            pieces += (typed, *notes)
            lengths[at] = words + len(typed)
            known[at] = words > 0
        keys = np.repeat(np.arange(count) * width, lengths) + np.concatenate(pieces)
        keys, counts = np.unique(keys, return_counts=True)
        owners, columns = np.divmod(keys, width)
        values = (1 + np.log(counts)) * self._idf[columns]
        norms = np.sqrt(np.bincount(owners, values**2, count) + self._damping**2)
        pointers = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))])
        matrix = sparse.csr_matrix((values / norms[owners], columns, pointers), shape=(count, width))
        telling = np.bincount(owners[self._telling[columns]], minlength=count)
        return _Rows(matrix, telling, known)

    def _probabilities(self, matrix: sparse.csr_matrix) -> NDArray[np.float64]:
        """Shaped (incidents, outputs)."""
        decisions = matrix @ self._weights + self._intercepts
        rounded: NDArray[np.float64] = np.round(expit(-(self._slopes * decisions + self._offsets)), PLACES)
        return rounded

    def _scores(self, probabilities: list[float], thin: bool) -> Mapping[str, Score]:  # noqa: FBT001 - one of two tables
        scores: dict[str, Score] = {}
        for name, probability, output in zip(OUTPUTS, probabilities, self._outputs, strict=True):
            crisis = output.crisis is not None and scores["mental_health"].verdict == "yes"
            scores[name] = Score(probability, verdict(probability, output, thin=thin, crisis=crisis))
        return scores


def verdict(probability: float, output: Output, *, thin: bool, crisis: bool = False) -> Verdict:
    """Read a probability as a verdict.

    Args:
        probability: what the model gives the output.
        output: its thresholds.
        thin: the notes say little; they have thresholds of their own.
        crisis: `mental_health` is a `yes`, and the output has thresholds for that.
    """
    limits = output.thin if thin else output.full
    if crisis and output.crisis is not None:
        limits = output.crisis
    if probability >= limits.hi:
        return "yes"
    return "no" if probability < limits.lo else "unsure"
