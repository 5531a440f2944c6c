"""Scores incidents with a trained pipeline, and says which words drove each score."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from dutyline.judgement.types import IncidentText, Score
from dutyline.vocabulary import OUTPUTS, Verdict
from models.evidence import IncidentRead, LineRead
from models.manifest import Output
from models.pipeline import IncidentReader, present

PLACES: Final = 4
"""Decimals of a probability, so that it reads the same wherever it is computed."""

TELLING_IDF: Final = 3.3
"""A word tells something if at most about a tenth of the corpus has it."""

_CACHED_LINES: Final = 4096
"""Lines whose reading is kept, since a growing incident brings its earlier lines again."""


class NotesClassifier:
    """A trained classifier of incidents; implements `dutyline.judgement.types.Classifier`.

    It computes what the pipeline's `predict_proba` would, in one product for all outputs.

    Args:
        pipeline: a fitted `models.pipeline.untrained`.
        outputs: how the probability of each output is read as a verdict.
        least_known_words: with fewer telling words nothing is ruled out.
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
        self._least_known_words = least_known_words
        self._reader: IncidentReader = pipeline["count"].analyzer
        self._columns: dict[str, int] = pipeline["count"].vocabulary_
        self._idf: NDArray[np.float64] = pipeline["tfidf"].idf_
        self._damping: float = pipeline["damp"].kw_args["damping"]
        models = [output.calibrated_classifiers_[0] for output in pipeline["outputs"].estimators_]
        self._weights = np.column_stack([model.estimator.coef_[0] for model in models])
        self._intercepts = np.array([model.estimator.intercept_[0] for model in models])
        self._slopes = np.array([model.calibrators[0].a_ for model in models])
        self._offsets = np.array([model.calibrators[0].b_ for model in models])
        words = [column for name, column in self._columns.items() if _is_word(name)]
        self._telling = np.zeros(len(self._idf), dtype=bool)
        self._telling[words] = self._idf[words] >= TELLING_IDF
        self._read = lru_cache(maxsize=_CACHED_LINES)(self._read_line)

    def score(self, incidents: Sequence[IncidentText]) -> list[Mapping[str, Score]]:
        """Score a batch; the answer for an incident does not depend on its neighbours."""
        if not incidents:
            return []
        reads = [self._read_incident(incident) for incident in incidents]
        rows = [
            self._row(incident, read.columns if read else ())
            for incident, read in zip(incidents, reads, strict=True)
        ]
        probabilities = self._probabilities(rows)
        return [
            self._scores(read, row, probabilities[at]) if read else self._priors()
            for at, (read, row) in enumerate(zip(reads, rows, strict=True))
        ]

    def _read_incident(self, incident: IncidentText) -> IncidentRead | None:
        """Read the present lines; `None` when the model knows none of their words."""
        lines = present(incident)
        reads = [self._read(line.text) for line in lines]
        return IncidentRead(lines, reads) if any(read.columns.size for read in reads) else None

    def _read_line(self, text: str) -> LineRead:
        words, features = self._reader.lines.features(text)
        typed = list(dict.fromkeys((word.start, word.end) for word in words))
        place = {span: at for at, span in enumerate(typed)}
        owner = [place[word.start, word.end] for word in words]
        known = [
            (column, owner[feature.first], owner[feature.last - 1])
            for feature in features
            if (column := self._columns.get(feature.name)) is not None
        ]
        table = np.array(known, dtype=np.intp).reshape(-1, 3)
        return LineRead(tuple(typed), table[:, 0], table[:, 1], table[:, 2])

    def _row(
        self, incident: IncidentText, columns: Iterable[int]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.intp]]:
        """An incident's columns, ascending, with the value and the count of each."""
        names = self._reader.lines.call_type_features(incident.call_type)
        typed = [column for name in names if (column := self._columns.get(name)) is not None]
        every = np.concatenate([np.array(typed, dtype=np.intp), np.asarray(columns, dtype=np.intp)])
        present_columns, counts = np.unique(every, return_counts=True)
        values = (1 + np.log(counts)) * self._idf[present_columns]
        return present_columns, values / np.sqrt(np.sum(values**2) + self._damping**2), counts

    def _probabilities(
        self, rows: list[tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.intp]]]
    ) -> NDArray[np.float64]:
        """Shaped (incidents, outputs); a sparse product sums each row by itself, in order."""
        pointers = np.cumsum([0, *(len(columns) for columns, _, _ in rows)])
        columns = np.concatenate([columns for columns, _, _ in rows])
        values = np.concatenate([values for _, values, _ in rows])
        matrix = sparse.csr_matrix((values, columns, pointers), shape=(len(rows), len(self._idf)))
        decisions = matrix @ self._weights + self._intercepts
        rounded: NDArray[np.float64] = np.round(expit(-(self._slopes * decisions + self._offsets)), PLACES)
        return rounded

    def _scores(
        self,
        read: IncidentRead,
        row: tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.intp]],
        probabilities: NDArray[np.float64],
    ) -> Mapping[str, Score]:
        columns, values, counts = row
        shares = (values / counts)[np.searchsorted(columns, read.columns)]
        shares = np.where(self._idf[read.columns] >= TELLING_IDF, shares, 0.0)  # "the" explains nothing
        telling = len(np.unique(read.columns[self._telling[read.columns]]))
        thin = telling < self._least_known_words
        scores: dict[str, Score] = {}
        for at, (name, output) in enumerate(zip(OUTPUTS, self._outputs, strict=True)):
            probability = float(probabilities[at])
            answer = verdict(name, probability, output, thin=thin)
            evidence = () if answer == "no" else read.evidence(shares * self._weights[read.columns, at])
            scores[name] = Score(probability, answer, evidence)
        return scores

    def _priors(self) -> Mapping[str, Score]:
        return {
            name: Score(output.prior, "unsure") for name, output in zip(OUTPUTS, self._outputs, strict=True)
        }


def verdict(name: str, probability: float, output: Output, *, thin: bool) -> Verdict:
    """Read a probability as a verdict.

    Args:
        name: the output.
        probability: what the model gives it.
        output: its thresholds.
        thin: the notes say too little yet to rule anything out: a `no` is `unsure`, and so
            is a `yes` to `no_crime`, which rules a crime out.
    """
    if probability >= output.hi:
        return "unsure" if thin and name == "no_crime" else "yes"
    if probability < output.lo:
        return "unsure" if thin else "no"
    return "unsure"


def _is_word(name: str) -> bool:
    """Whether a feature is a single word of a note."""
    return "_" not in name and not name.endswith("~") and not name.startswith(("type ", "type:", "<"))
