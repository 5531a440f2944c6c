"""How long scoring takes, beside scikit-learn's own `predict_proba` without evidence.

Run from the project folder: `python bench/score.py`. The ratio carries over to other
machines; the microseconds do not.
"""

import io
import statistics
import time
from collections.abc import Callable, Sequence

import joblib

from dutyline.judgement.types import IncidentText
from models import store
from models.manifest import MODEL
from training import corpus

_BATCH = 128
_ROUNDS = 5


def main() -> None:
    """Time single incidents, batches, and batches of which every line was read before."""
    texts = [incident.text for incident in corpus.read(corpus.shipped_files()).incidents]
    pipeline = joblib.load(io.BytesIO((store.locate("champion") / MODEL).read_bytes()))
    print(f"{len(texts)} incidents, median of {_ROUNDS} rounds, microseconds per incident")
    print(f"{'':34}{'ours':>9}{'plain':>9}{'ratio':>8}")
    for title, size, warm in (
        (f"batches of {_BATCH}, lines new", _BATCH, False),
        (f"batches of {_BATCH}, lines seen before", _BATCH, True),
        ("one at a time, lines new", 1, False),
        ("one at a time, lines seen before", 1, True),
    ):
        ours, plain = [], []
        for _ in range(_ROUNDS):
            classifier = store.load()
            if warm:
                classifier.score(texts)
            ours.append(_microseconds(classifier.score, texts, size))
            plain.append(_microseconds(pipeline.predict_proba, texts if size > 1 else texts[:200], size))
        here, there = statistics.median(ours), statistics.median(plain)
        print(f"{title:34}{here:9.0f}{there:9.0f}{here / there:8.2f}")


def _microseconds(
    score: Callable[[Sequence[IncidentText]], object], texts: list[IncidentText], size: int
) -> float:
    begun = time.perf_counter()
    for at in range(0, len(texts), size):
        score(texts[at : at + size])
    return (time.perf_counter() - begun) / len(texts) * 1e6


if __name__ == "__main__":
    main()
