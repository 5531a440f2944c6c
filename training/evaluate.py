"""Prints what the classifier does on incidents that it never saw: `python -m training.evaluate`."""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import average_precision_score, f1_score
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from dutyline.judgement.types import IncidentText
from dutyline.vocabulary import OUTPUTS
from models.abbreviations import abbreviations
from models.classifier import NotesClassifier
from models.manifest import Output
from models.pipeline import present, untrained
from training.corpus import read, shipped_files
from training.crossval import Probabilities, Truths, fit_folds, folds, out_of_fold, outputs, truths
from training.train import LEAST_KNOWN_WORDS, SEED

_FIRST_LINES = (1, 2, 3)


def evaluate(paths: Iterable[Path], seed: int = SEED) -> str:
    """Cross-validate beside two baselines, and score the beginnings of incidents.

    Args:
        paths: JSONL files of labelled incidents.
        seed: decides the folds.

    Returns:
        Plain tables.

    Raises:
        CorpusError: the corpus is wrong.
    """
    corpus = read(paths)
    texts, truth = [incident.text for incident in corpus.incidents], truths(corpus)
    held_out = folds(truth, seed)
    ours = fit_folds(texts, truth, held_out, partial(untrained, abbreviations(), seed))
    bayes = out_of_fold(fit_folds(texts, truth, held_out, naive_bayes), texts, held_out)
    probabilities = out_of_fold(ours, texts, held_out)
    read_as = outputs(probabilities, truth, held_out)
    head = f"{len(texts)} incidents, {len(ours)} folds by incident, seed {seed}, corpus {corpus.sha256[:12]}"
    classifiers = [
        NotesClassifier(pipeline, read_as, least_known_words=LEAST_KNOWN_WORDS, version="fold")
        for pipeline in ours
    ]
    beginnings = [
        f"\nThe first {count} line{'s' * (count > 1)} of an incident, truth as of the whole incident:\n"
        + beginning_table(classifiers, [first_lines(text, count) for text in texts], truth, held_out.tolist())
        for count in _FIRST_LINES
    ]
    return "\n".join(
        [head, "", baseline_table(probabilities, bayes, truth), "", verdict_table(read_as), *beginnings]
    )


def naive_bayes() -> Any:  # noqa: ANN401 - scikit-learn publishes no types
    """A baseline without any knowledge of notes: naive Bayes on the words as typed."""
    return make_pipeline(CountVectorizer(analyzer=_plain_words), MultiOutputClassifier(MultinomialNB()))


def baseline_table(ours: Probabilities, bayes: Probabilities, truth: Truths) -> str:
    """Average precision and F1 at one half: ours, naive Bayes, and always the more common answer."""
    rows = [f"{'':14}{'true':>6}   {'average precision':^23}   {'F1 at 0.5':^23}"]
    rows.append(f"{'':14}{'':6}   {'ours':>7}{'bayes':>8}{'major':>8}   {'ours':>7}{'bayes':>8}{'major':>8}")
    for at, name in enumerate(OUTPUTS):
        right = truth[:, at]
        common = np.full(len(right), right.mean())
        columns = [ours[:, at], bayes[:, at], common]
        precisions = [average_precision_score(right, column) for column in columns]
        f1s = [f1_score(right, column >= 1 / 2, zero_division=0.0) for column in columns]
        rows.append(f"{name:14}{right.sum():6}   {_row(precisions)}    {_row(f1s)}")
    return "\n".join(rows)


def verdict_table(read_as: dict[str, Output]) -> str:
    """Every output's figures at its thresholds, chosen without the fold that they judge."""
    rows = [
        f"{'':14}{'lo':>7}{'hi':>7}{'precis':>8}{'recall':>8}{'F1':>8}{'ECE':>8}{'unsure':>8}{'missed':>8}"
    ]
    for name, output in read_as.items():
        found = output.metrics
        figures = (
            found.precision,
            found.recall,
            found.f1,
            found.calibration_error,
            found.unsure,
            found.missed,
        )
        rows.append(
            f"{name:14}{output.lo:7.3f}{output.hi:7.3f}" + "".join(f"{figure:8.3f}" for figure in figures)
        )
    return "\n".join(rows)


def beginning_table(
    classifiers: Sequence[NotesClassifier], texts: Sequence[IncidentText], truth: Truths, held_out: list[int]
) -> str:
    """What the verdicts on beginnings are, for incidents that turn out true and false."""
    verdicts: list[list[str]] = [[] for _ in texts]
    for fold, classifier in enumerate(classifiers):
        mine = [at for at, out in enumerate(held_out) if out == fold]
        for at, scores in zip(mine, classifier.score([texts[at] for at in mine]), strict=True):
            verdicts[at] = [scores[name].verdict for name in OUTPUTS]
    table = np.array(verdicts)
    rows = [f"{'':14}{'true: yes':>11}{'unsure':>8}{'no':>8}{'false: yes':>13}{'unsure':>8}{'no':>8}"]
    for at, name in enumerate(OUTPUTS):
        shares = [
            float(np.mean(table[truth[:, at] == right, at] == answer))
            for right in (True, False)
            for answer in ("yes", "unsure", "no")
        ]
        rows.append(f"{name:14}{shares[0]:11.3f}{_row(shares[1:3])}{shares[3]:13.3f}{_row(shares[4:])}")
    return "\n".join(rows)


def first_lines(text: IncidentText, count: int) -> IncidentText:
    """The incident as it was after its first lines."""
    return replace(text, lines=text.lines[:count])


def _plain_words(text: IncidentText) -> list[str]:
    return " ".join([text.call_type or "", *(line.text for line in present(text))]).lower().split()


def _row(figures: Iterable[float]) -> str:
    return "".join(f"{figure:8.3f}" for figure in figures)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "files", nargs="*", type=Path, help="labelled incidents; the shipped corpus without any"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="decides the folds")
    options = parser.parse_args()
    print(evaluate(options.files or shipped_files(), options.seed))  # noqa: T201 - the tables are the output


if __name__ == "__main__":
    _main()
