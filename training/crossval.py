"""Cross-validation by incident: every incident is scored by a model that never saw it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline

from dutyline.judgement.types import Score
from dutyline.vocabulary import INDICATORS, OUTPUTS, Verdict
from models.classifier import NotesClassifier
from models.features import IncidentReader
from models.manifest import Limits, Output, Together
from models.pipeline import UNDECIDED, Truths, listed
from training.corpus import Corpus, LabelledIncident
from training.figures import Flags, Probabilities, Verdicts, figures
from training.thresholds import choose, police_limits, precise_danger, rule, with_pooled
from training.together import Switchboard, exposed, together

FOLDS: Final = 5

_STRATA: Final = ("mental_health", "needs_police", "weapon", "self_harm")
"""Folds hold alike shares of these together; with all ten, most groups would be of one."""

Progress = Callable[[str, float], None]

_PLAIN: Final = Limits(lo=0.0, hi=1.0)


@dataclass(frozen=True, slots=True)
class Material:
    """What is learnt from: incidents, their features by name, and what is true of them."""

    incidents: Sequence[LabelledIncident]
    features: Sequence[list[str]]
    truth: Truths


@dataclass(frozen=True, slots=True)
class Predicted:
    """What models that never saw them say of incidents: rows are incidents, columns outputs."""

    probabilities: Probabilities
    thin: Flags
    """Which incidents have few telling words."""
    held_out: NDArray[np.intp]
    """The fold of each incident."""


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """A cross-validation's figures, and the verdicts that they are made of."""

    outputs: dict[str, Output]
    together: Together
    left_out: frozenset[str]
    """Incidents that need police and would be left without."""
    verdicts: Verdicts


def truths(corpus: Corpus) -> Truths:
    """What is true of each incident, one column for each of `vocabulary.OUTPUTS`."""
    rows = [
        [UNDECIDED if output in incident.undecided else int(output in incident.labels) for output in OUTPUTS]
        for incident in corpus.incidents
    ]
    return np.array(rows, dtype=np.int8)


def folds(truth: Truths, seed: int) -> NDArray[np.intp]:
    """The fold that each incident is held out in."""
    columns = [OUTPUTS.index(output) for output in _STRATA]
    strata = (truth[:, columns] == 1) @ (2 ** np.arange(len(columns)))
    sizes = np.bincount(strata)
    rare = sizes[strata] < FOLDS
    strata = np.where(rare, -1 if rare.sum() >= FOLDS else 0, strata)
    held_out = np.zeros(len(truth), dtype=np.intp)
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for fold, (_, test) in enumerate(splitter.split(strata, strata)):
        held_out[test] = fold
    return held_out


def fit(make: Callable[[], Pipeline], features: Sequence[list[str]], truth: Truths) -> Pipeline:
    """Fit a pipeline on features that were read beforehand, since reading takes the longest."""
    pipeline = make()
    reader = pipeline["count"].analyzer
    pipeline.set_params(count__analyzer=listed).fit(features, truth)
    return pipeline.set_params(count__analyzer=reader)


def bare(pipeline: Any, least_known_words: int) -> NotesClassifier:  # noqa: ANN401 - no types are published
    """A classifier whose probabilities count and whose verdicts do not, yet."""
    none = figures(np.zeros(0), np.zeros(0, dtype=np.int8), np.zeros(0, dtype=object))
    plain = Output(full=_PLAIN, thin=_PLAIN, prior=0.0, rule="", metrics=none)
    return NotesClassifier(
        pipeline, dict.fromkeys(OUTPUTS, plain), least_known_words=least_known_words, version="unread"
    )


def material(corpus: Corpus, reader: IncidentReader) -> Material:
    """Read a corpus's features once, since reading takes the longest."""
    return Material(
        corpus.incidents, [reader(incident.text) for incident in corpus.incidents], truths(corpus)
    )


def predict(
    given: Material,
    held_out: NDArray[np.intp],
    make: Callable[[], Pipeline],
    least_known_words: int,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Predicted, list[Pipeline]]:
    """Fit a pipeline for each fold on the others, and score the fold with it.

    Args:
        given: what is learnt from and scored.
        held_out: the fold of each incident.
        make: gives an unfitted pipeline.
        least_known_words: with fewer telling words an incident is thin.
        progress: told each fold that is done.
    """
    probabilities = np.zeros(given.truth.shape)
    thin = np.zeros(len(given.truth), dtype=bool)
    pipelines = []
    for fold in range(FOLDS):
        train, test = np.flatnonzero(held_out != fold), np.flatnonzero(held_out == fold)
        pipeline = fit(make, [given.features[int(at)] for at in train], given.truth[train])
        classifier = bare(pipeline, least_known_words)
        probabilities[test], thin[test] = classifier.probabilities(
            [given.incidents[int(at)].text for at in test]
        )
        pipelines.append(pipeline)
        progress(fold)
    return Predicted(probabilities, thin, held_out), pipelines


def cross_validated(predicted: Predicted, given: Material, board: Switchboard) -> CrossValidated:
    """Choose thresholds, and measure each fold with thresholds chosen on the others."""
    incidents, truth = given.incidents, given.truth
    police = OUTPUTS.index("needs_police")
    at_risk = np.zeros(len(truth), dtype=bool)
    verdicts = _fold_verdicts(predicted, truth, at_risk)
    needing = np.flatnonzero(truth[:, police] == 1)
    chosen = [incidents[int(at)] for at in needing]
    at_risk[needing] = exposed(board, chosen, _scores(predicted.probabilities[needing], verdicts[needing]))
    verdicts = _fold_verdicts(predicted, truth, at_risk)
    counts, left_out = together(board, incidents, _scores(predicted.probabilities, verdicts))
    everything = np.ones(len(truth), dtype=bool)
    crisis = verdicts[:, OUTPUTS.index("mental_health")] == "yes"
    outputs = {}
    for at, name in enumerate(OUTPUTS):
        limits = _limits(name, predicted, truth, at_risk, everything, crisis)
        decided = truth[:, at] != UNDECIDED
        outputs[name] = Output(
            full=limits.full,
            thin=limits.thin,
            crisis=limits.crisis,
            prior=round(float(np.mean(truth[decided, at])), 4),
            rule=rule(name),
            metrics=figures(predicted.probabilities[:, at], truth[:, at], verdicts[:, at]),
        )
    return CrossValidated(outputs, counts, left_out, verdicts)


class _Chosen(NamedTuple):
    """The thresholds of an output."""

    full: Limits
    thin: Limits
    crisis: Limits | None = None


def _fold_verdicts(predicted: Predicted, truth: Truths, at_risk: Flags) -> Verdicts:
    """Each incident's verdicts, by thresholds chosen on the folds that it is not in."""
    table = np.full(truth.shape, "unsure", dtype=object)
    for at, name in enumerate(OUTPUTS):
        crisis = table[:, OUTPUTS.index("mental_health")] == "yes"
        for fold in range(FOLDS):
            mine = predicted.held_out == fold
            limits = _limits(name, predicted, truth, at_risk, ~mine, crisis)
            groups = [(limits.full, mine & ~predicted.thin), (limits.thin, mine & predicted.thin)]
            if limits.crisis:
                groups.append((limits.crisis, mine & crisis))
            for each, group in groups:
                table[group, at] = read(predicted.probabilities[group, at], each)
    return table


def read(probabilities: Probabilities, limits: Limits) -> Verdicts:
    """Read probabilities as verdicts."""
    verdicts: Verdicts = np.where(
        probabilities >= limits.hi, "yes", np.where(probabilities < limits.lo, "no", "unsure")
    ).astype(object)
    return verdicts


def _limits(  # noqa: PLR0917 - what thresholds depend on
    name: str, predicted: Predicted, truth: Truths, at_risk: Flags, among: Flags, crisis: Flags
) -> _Chosen:
    """The thresholds of an output, chosen among some incidents."""
    at = OUTPUTS.index(name)
    probabilities, true = predicted.probabilities[:, at], truth[:, at] == 1
    decided = among & (truth[:, at] != UNDECIDED)
    full, thin = decided & ~predicted.thin, decided & predicted.thin
    if name != "needs_police":
        usual, few = (choose(name, probabilities[group], true[group]) for group in (full, thin))
        if name not in INDICATORS:
            few = with_pooled(few, choose(name, probabilities[decided], true[decided]))
        return _Chosen(usual, few)
    plain, in_crisis = police_limits(probabilities[decided], true[decided], at_risk[decided], crisis[decided])
    high = precise_danger(probabilities[full], true[full])
    thin_high = precise_danger(probabilities[thin], true[thin])
    return _Chosen(
        Limits(lo=min(plain, high), hi=high),
        Limits(lo=min(plain, thin_high), hi=thin_high),
        Limits(lo=min(in_crisis, high), hi=high),
    )


def _scores(probabilities: Probabilities, verdicts: Verdicts) -> list[dict[str, Score]]:
    return [
        {name: Score(float(row[at]), _verdict(answers[at])) for at, name in enumerate(OUTPUTS)}
        for row, answers in zip(probabilities, verdicts, strict=True)
    ]


def _verdict(answer: Any) -> Verdict:  # noqa: ANN401 - an array of objects has no types
    verdict: Verdict = answer
    return verdict
