"""How long scoring takes, beside scikit-learn's own `predict_proba`: `python -m bench.score`.

Notes of 60 words, made of the corpus's own lines, each met for the first time. Both give the
same answers, which is checked. The ratio carries over to other machines; the microseconds do
not.
"""

import io
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import joblib
import numpy as np

from dutyline.judgement.types import IncidentText, Line
from dutyline.vocabulary import OUTPUTS
from models import store
from models.classifier import NotesClassifier
from models.manifest import MODEL
from training import corpus

_WORDS: Final = 60
_NOTES: Final = 1024
_ROUNDS: Final = 5
_EXPLAINED: Final = ("mental_health", "no_crime", "weapon")


def notes(turn: int = 0) -> list[IncidentText]:
    """Incidents of one note of 60 words each, no two alike, nor those of another turn."""
    found = []
    words = _words()
    while len(found) < _NOTES:
        text = " ".join((*islice(words, _WORDS - 1), f"T{turn}"))
        found.append(IncidentText((Line("1", text, "call_taker"),), "WELFARE CHECK"))
    return found


def _words() -> Iterator[str]:
    incidents = corpus.read(corpus.shipped_files()).incidents
    for number in range(100):
        for incident in incidents[number % 7 :: 3]:
            for line in incident.text.lines:
                yield from line.text.split()


def main() -> None:
    """Time batches and single notes, both ways."""
    texts = notes()
    pipeline = joblib.load(io.BytesIO((store.locate("champion") / MODEL).read_bytes()))
    print(f"{_NOTES} notes of {_WORDS} words, median of {_ROUNDS} rounds, microseconds a note")
    print(f"{'':34}{'ours':>9}{'plain':>9}{'ours/plain':>12}")
    for title, size, count, warm in (
        ("batches of 128, lines new", 128, _NOTES, True),
        ("batches of 128, words new as well", 128, _NOTES, False),
        ("one at a time, lines new", 1, 128, True),
    ):
        ours, plain = [], []
        classifier = store.load()
        classifier.score(texts)
        for turn in range(1, _ROUNDS + 1):
            fresh = notes(turn)[:count]
            if not warm:
                classifier = store.load()
            ours.append(_microseconds(classifier.score, fresh, size))
            plain.append(_microseconds(pipeline.predict_proba, fresh, size))
        here, there = statistics.median(ours), statistics.median(plain)
        print(f"{title:34}{here:9.0f}{there:9.0f}{here / there:12.2f}")
    classifier = store.load()
    explaining = _microseconds(
        lambda batch: [classifier.explain(text, _EXPLAINED) for text in batch], texts[:128], 1
    )
    print(f"{'the words behind three outputs':34}{explaining:9.0f}")
    print(f"largest difference between the two: {_difference(classifier, pipeline, texts):.6f}")


def _difference(classifier: NotesClassifier, pipeline: Any, texts: list[IncidentText]) -> float:  # noqa: ANN401
    ours = [[scores[name].probability for name in OUTPUTS] for scores in classifier.score(texts)]
    theirs = np.column_stack([column[:, 1] for column in pipeline.predict_proba(texts)])
    return float(np.abs(np.array(ours) - theirs).max())


def _microseconds(
    score: Callable[[Sequence[IncidentText]], object], texts: list[IncidentText], size: int
) -> float:
    begun = time.perf_counter()
    for at in range(0, len(texts), size):
        score(texts[at : at + size])
    return (time.perf_counter() - begun) / len(texts) * 1e6


if __name__ == "__main__":
    main()
