"""Scores incidents with a trained pipeline, and says which words drove each score."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dutyline.judgement.types import Evidence, IncidentText, Score
from dutyline.vocabulary import OUTPUTS, Verdict
from models.evidence import LineRead, spans, word_weights
from models.manifest import Manifest, Output
from models.pipeline import IncidentReader, present

PLACES: Final = 4
"""Decimals of a probability, so that it reads the same wherever it is computed."""

TELLING_IDF: Final = 3.3
"""A word tells something if at most about a tenth of the corpus has it."""

_CACHED_LINES: Final = 4096
"""Lines whose reading is kept, since a growing incident brings its earlier lines again."""


class NotesClassifier:
    """A trained classifier of incidents; implements `dutyline.judgement.types.Classifier`.

    Args:
        pipeline: a fitted `models.pipeline.untrained`.
        manifest: how its probabilities are read as verdicts.
        version: identifies both down to their bytes.
    """

    def __init__(self, pipeline: Any, manifest: Manifest, *, version: str) -> None:  # noqa: ANN401 - sklearn's Pipeline publishes no types
        self.version = version
        self.manifest = manifest
        self.pipeline = pipeline
        counter = pipeline["count"]
        self._reader: IncidentReader = counter.analyzer
        self._columns: dict[str, int] = counter.vocabulary_
        self._weigh = pipeline[1:-1].transform
        models = [output.calibrated_classifiers_[0] for output in pipeline["outputs"].estimators_]
        self._weights: NDArray[np.float64] = np.column_stack([model.estimator.coef_[0] for model in models])
        self._intercepts: NDArray[np.float64] = np.array([model.estimator.intercept_[0] for model in models])
        self._calibrators = [model.calibrators[0] for model in models]
        idf = pipeline["tfidf"].idf_
        self._telling: NDArray[np.bool_] = np.zeros(len(idf), dtype=bool)
        for name, column in self._columns.items():
            self._telling[column] = idf[column] >= TELLING_IDF and _is_word(name)
        self._read = lru_cache(maxsize=_CACHED_LINES)(self._read_line)

    def score(self, incidents: Sequence[IncidentText]) -> list[Mapping[str, Score]]:
        """Score a batch; the answer for an incident does not depend on its neighbours."""
        if not incidents:
            return []
        lines = [present(incident) for incident in incidents]
        reads = [[self._read(line.text) for line in kept] for kept in lines]
        counts = self._counts(incidents, reads)
        weighed = self._weigh(counts)
        probabilities = self._probabilities(weighed)
        scores: list[Mapping[str, Score]] = []
        for row, (kept, read) in enumerate(zip(lines, reads, strict=True)):
            if not any(line.columns.size for line in read):
                scores.append(self._priors())
                continue
            start, end = weighed.indptr[row], weighed.indptr[row + 1]
            columns = weighed.indices[start:end]
            shares = weighed.data[start:end] / counts.data[start:end]
            weights = word_weights(read, columns, shares[:, None] * self._weights[columns])
            verdicts = self._verdicts(probabilities[row], self._telling_words(read))
            scores.append(
                {
                    name: Score(
                        float(probabilities[row, at]),
                        verdict,
                        () if verdict == "no" else spans(kept, read, [line[:, at] for line in weights]),
                    )
                    for at, (name, verdict) in enumerate(zip(OUTPUTS, verdicts, strict=True))
                }
            )
        return scores

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

    def _counts(self, incidents: Sequence[IncidentText], reads: list[list[LineRead]]) -> sparse.csr_matrix:
        """One row of counts for each incident, columns ascending."""
        pointers, columns, counts = [0], [], []
        for incident, read in zip(incidents, reads, strict=True):
            names = self._reader.lines.call_type_features(incident.call_type)
            typed = [column for name in names if (column := self._columns.get(name)) is not None]
            row, times = np.unique(
                np.concatenate([np.array(typed, dtype=np.intp), *(line.columns for line in read)]),
                return_counts=True,
            )
            columns.append(row)
            counts.append(times)
            pointers.append(pointers[-1] + len(row))
        data = np.concatenate(counts).astype(np.float64)
        shape = (len(incidents), len(self._columns))
        return sparse.csr_matrix((data, np.concatenate(columns), pointers), shape=shape)

    def _probabilities(self, weighed: sparse.csr_matrix) -> NDArray[np.float64]:
        decisions = weighed @ self._weights + self._intercepts
        columns = [calibrator.predict(decisions[:, at]) for at, calibrator in enumerate(self._calibrators)]
        return np.round(np.column_stack(columns), PLACES)

    def _telling_words(self, read: list[LineRead]) -> int:
        """How many different words of the notes the model knows and seldom sees."""
        columns = np.concatenate([line.columns for line in read])
        return len(np.unique(columns[self._telling[columns]]))

    def _verdicts(self, probabilities: NDArray[np.float64], telling: int) -> list[Verdict]:
        thin = telling < self.manifest.least_known_words
        return [
            verdict(name, float(probabilities[at]), self.manifest.outputs[name], thin=thin)
            for at, name in enumerate(OUTPUTS)
        ]

    def _priors(self) -> Mapping[str, Score]:
        nothing: tuple[Evidence, ...] = ()
        return {
            name: Score(round(output.prior, PLACES), "unsure", nothing)
            for name, output in self.manifest.outputs.items()
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
    return "_" not in name and not name.startswith(("type ", "type:", "<"))
