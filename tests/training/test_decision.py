"""What may be released: nothing that is worse where it matters, unless someone says why."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.candidates import ASIDE as SHA
from support.candidates import figures, holdout, measured, trained

from dutyline.errors import ModelError
from dutyline.judgement.types import Classifier, IncidentText, Line
from dutyline.vocabulary import DANGERS, HAZARDS, OUTPUTS
from training import corpus, decision
from training.comparison import comparison_findings, newly_missed_too_many, sign_test
from training.decision import Decision, decide
from training.holdout import Holdout

AGREED = dict.fromkeys(OUTPUTS, msgspec.to_builtins(figures()))


def incidents(*words: str, prefix: str = "x") -> corpus.Corpus:
    return corpus.Corpus(tuple(incident(f"{prefix}{at}", text) for at, text in enumerate(words)), SHA, 1)


def incident(name: str, text: str) -> corpus.LabelledIncident:
    return corpus.LabelledIncident(name, IncidentText((Line(f"{name}-1", text, "call_taker"),)), frozenset())


ASIDE = incidents("RP ADV MALE HAS GUN", "NOISE")
TAUGHT = incidents("LOUD MUSIC", prefix="t")


class Measure:
    """Stands in for measuring: gives what a test says of each version."""

    def __init__(self) -> None:
        self.found: dict[str, Holdout] = {}

    def __call__(self, classifier: Classifier, aside: corpus.Corpus) -> Holdout:
        return self.found.get(classifier.version.partition("+")[0], holdout())


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> Measure:
    stand_in = Measure()
    monkeypatch.setattr(decision, "measure", stand_in)
    return stand_in


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root whose champion is v1."""
    root = tmp_path / "models"
    trained(root / "releases" / "v1", "v1", aside_sha256=SHA, kept_aside=AGREED)
    (root / "aliases.json").write_text('{"champion": "v1"}')
    return root


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    return trained(tmp_path / "out", "v2", aside_sha256=SHA, kept_aside=AGREED)


def judged(
    candidate: Path, root: Path, because: str | None = None, shipped: corpus.Corpus = TAUGHT
) -> Decision:
    return decide(candidate, root, aside=ASIDE, shipped=shipped, because=because)


def findings_of(ours: Holdout, theirs: Holdout, root: Path) -> list[str]:
    model = root / "releases" / "v1"
    return comparison_findings(measured(model, ours), measured(model, theirs))


def ids(count: int, first: int = 0) -> set[str]:
    return {f"i{number}" for number in range(first, first + count)}


def test_a_candidate_as_good_as_the_champion_passes(candidate: Path, root: Path, measure: Measure) -> None:
    found = judged(candidate, root)
    assert (found.outcome, found.findings) == ("passed", ())
    assert found.champion is not None
    assert found.champion_version == "v1"


def test_a_worse_candidate_is_refused_and_a_reason_releases_it(
    candidate: Path, root: Path, measure: Measure
) -> None:
    measure.found["v2"] = holdout(misses={"weapon": ids(3)})
    refused = judged(candidate, root)
    assert refused.outcome == "refused"
    assert refused.findings == (
        "weapon: 3 of 100 are missed, by the champion 0 (newly 3: i0, i1, i2; found again 0).",
    )
    released = judged(candidate, root, because="shadow only")
    assert (released.outcome, released.because) == ("overridden", "shadow only")
    assert released.findings == refused.findings


def test_a_first_release_passes_and_says_that_it_was_compared_with_nothing(
    candidate: Path, tmp_path: Path, measure: Measure
) -> None:
    found = judged(candidate, tmp_path / "empty")
    assert found.outcome == "passed"
    assert found.champion_version is None
    assert any("compared with nothing" in remark for remark in found.remarks)


@pytest.mark.parametrize("spoil", ["library", "missing"])
def test_a_champion_that_cannot_be_loaded_is_a_reason_to_refuse(
    candidate: Path, root: Path, tmp_path: Path, measure: Measure, spoil: str
) -> None:
    if spoil == "library":
        path = root / "releases" / "v1" / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "libraries": {"scikit-learn": "1.2"}}))
    else:
        (root / "aliases.json").write_text('{"champion": "v0"}')
    found = judged(candidate, root)
    assert found.outcome == "refused"
    assert "cannot be loaded, so nothing was compared" in found.findings[0]
    assert str(tmp_path) not in found.findings[0]
    assert judged(candidate, root, because="the libraries were raised").outcome == "overridden"


def test_a_candidate_that_cannot_be_loaded_is_refused_whatever_the_reason(
    candidate: Path, root: Path, measure: Measure
) -> None:
    (candidate / "model.joblib").write_bytes(b"")
    with pytest.raises(ModelError, match="bytes where the manifest says"):
        judged(candidate, root, because="I know better")


def test_the_champion_itself_is_compared_with_nothing(root: Path, measure: Measure) -> None:
    found = judged(root / "releases" / "v1", root)
    assert found.outcome == "passed"
    assert any("champion already" in remark for remark in found.remarks)


@pytest.mark.parametrize("name", [*DANGERS, *HAZARDS])
def test_three_more_missed_of_any_danger_are_refused_and_two_are_not(root: Path, name: str) -> None:
    assert findings_of(holdout(misses={name: ids(2)}), holdout(), root) == []
    [finding] = findings_of(holdout(misses={name: ids(3)}), holdout(), root)
    assert finding.startswith(f"{name}: 3 of 100 are missed, by the champion 0")


def test_what_both_miss_does_not_count(root: Path) -> None:
    both = {"weapon": ids(20)}
    assert findings_of(holdout(misses=both), holdout(misses=both), root) == []
    again = {"weapon": ids(20, first=1)}
    assert findings_of(holdout(misses=again), holdout(misses=both), root) == []


def test_a_little_more_missed_everywhere_is_refused(root: Path) -> None:
    spread = {name: ids(1, first=10 * at) for at, name in enumerate([*DANGERS, *HAZARDS])}
    [finding] = findings_of(holdout(misses=spread), holdout(), root)
    assert finding.startswith("Any danger is missed in 8 incidents, by the champion in 0")


def test_missing_fewer_is_no_reason_to_refuse(root: Path) -> None:
    assert findings_of(holdout(), holdout(misses={"weapon": ids(30)}), root) == []


def test_police_left_out_once_more_is_refused(root: Path) -> None:
    [finding] = findings_of(holdout(left_out=3), holdout(left_out=2), root)
    assert (
        "left out of 3 of 120 incidents that need them, by the champion of 2 (newly 1: left-2; found again 0)"
        in finding
    )
    assert findings_of(holdout(left_out=2), holdout(left_out=2), root) == []


@pytest.mark.parametrize(
    ("output", "figure", "allowed", "too_much"),
    [
        ("mental_health", "recall", 0.69, 0.6899),
        ("weapon", "recall", 0.1, None),
        ("no_crime", "calibration_error", 0.03, 0.0301),
        ("weapon", "unsure", 0.35, 0.3501),
    ],
)
def test_each_figure_has_its_allowance(
    root: Path, output: str, figure: str, allowed: float, too_much: float | None
) -> None:
    assert findings_of(holdout(**{output: figures(**{figure: allowed})}), holdout(), root) == []
    if too_much is not None:
        [finding] = findings_of(holdout(**{output: figures(**{figure: too_much})}), holdout(), root)
        assert finding.startswith(f"{output}: ")


def test_a_calibration_that_was_bad_before_is_no_reason_to_refuse(root: Path) -> None:
    bad = figures(calibration_error=0.05)
    assert findings_of(holdout(weapon=bad), holdout(weapon=bad), root) == []


@pytest.mark.parametrize("aside", [None, "b" * 64])
def test_a_candidate_that_kept_other_incidents_aside_is_refused(
    tmp_path: Path, root: Path, measure: Measure, aside: str | None
) -> None:
    other = trained(tmp_path / "out", "v2", aside_sha256=aside, kept_aside=AGREED)
    found = judged(other, root)
    assert found.outcome == "refused"
    assert "so it may know some of these incidents; give release the --aside files" in found.findings[0]


def test_a_champion_that_kept_other_incidents_aside_is_a_reason_to_refuse(
    candidate: Path, root: Path, tmp_path: Path, measure: Measure
) -> None:
    trained(root / "releases" / "v0", "v0", aside_sha256="b" * 64, kept_aside=AGREED)
    (root / "aliases.json").write_text('{"champion": "v0"}')
    [finding] = judged(candidate, root).findings
    assert finding.startswith("The champion v0 kept bbbbbbbbbbbb aside")


def test_a_manifest_with_other_figures_than_are_measured_is_refused(
    tmp_path: Path, root: Path, measure: Measure
) -> None:
    better = {**AGREED, "weapon": {**AGREED["weapon"], "missed": 0.1}}
    found = judged(trained(tmp_path / "out", "v2", aside_sha256=SHA, kept_aside=better), root)
    assert "other figures than were measured here (weapon)" in found.findings[0]


@pytest.mark.parametrize("shared", [("x0", "SOMETHING ELSE"), ("t0", "RP ADV MALE HAS GUN")])
def test_training_on_what_is_kept_aside_is_refused_by_id_and_by_words(
    tmp_path: Path, root: Path, measure: Measure, shared: tuple[str, str]
) -> None:
    name, text = shared
    taught = corpus.Corpus((incident(name, text),), "c" * 64, 1)
    other = trained(tmp_path / "out", "v2", aside_sha256=SHA, kept_aside=AGREED, corpus_sha256="c" * 64)
    [finding] = judged(other, root, shipped=taught).findings
    assert finding.startswith(
        f"It was trained on what is kept aside, so the figures flatter it: the incident '{name}'"
    )


def test_training_on_incidents_that_are_not_here_is_said(
    candidate: Path, root: Path, measure: Measure
) -> None:
    assert any("incidents that are not here" in remark for remark in judged(candidate, root).remarks)


def test_missing_more_than_thresholds_were_chosen_for_is_said_whatever_the_champion_does(
    candidate: Path, root: Path, measure: Measure
) -> None:
    bad = holdout(left_out=1, misses={"needs_police": ids(90), "needs_ems": ids(3), "weapon": ids(5)})
    measure.found = dict.fromkeys(("v1", "v2"), bad)
    found = judged(candidate, root)
    assert found.outcome == "passed"
    said = [remark for remark in found.remarks if "thresholds were chosen" in remark]
    assert [remark.partition(" kept-aside")[0] for remark in said] == [
        "Police are left out of 1 of 120",
        "needs_ems: 3 of 100",
    ]


def test_the_sign_test_is_exact() -> None:
    assert sign_test(0, 0) == 1
    assert sign_test(5, 0) == 1 / 32
    assert sign_test(4, 1) == 6 / 32
    assert sign_test(1, 4) == 31 / 32


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 3000))
def test_one_more_missed_never_turns_a_refusal_into_a_pass(newly: int, again: int, true: int) -> None:
    if newly_missed_too_many(newly, again, true):
        assert newly_missed_too_many(newly + 1, again, true)
        assert again == 0 or newly_missed_too_many(newly, again - 1, true)


def test_equals_are_never_refused_for_misses() -> None:
    for count, true in product(range(40), (10, 100, 1000)):
        assert not newly_missed_too_many(count, count, true)


TRUE_ONES = {"needs_police": 130, "needs_ems": 55, "weapon": 40, "violence": 60} | {
    "self_harm": 30,
    "medical": 50,
    "vulnerable": 55,
    "fire_traffic": 20,
}


@pytest.mark.parametrize(
    ("champion_misses", "times", "least", "most"),
    [(0.03, 1, 0.1, 0.3), (0.05, 1, 0.25, 0.45), (0.03, 2, 0.9, 1.0), (0.05, 2, 0.98, 1.0)],
)
def test_equals_mostly_pass_and_twice_the_misses_hardly_ever(
    root: Path, champion_misses: float, times: int, least: float, most: float
) -> None:
    """The table in docs/releases.md: half of the champion's misses are the candidate's too."""
    model = measured(root / "releases" / "v1")
    chance = np.random.default_rng(911)
    refused = 0
    for _ in range(300):
        ours, theirs = {}, {}
        for name, true in TRUE_ONES.items():
            drawn = chance.random(true)
            shared = champion_misses / 2
            theirs[name] = {f"{name}-{at}" for at in np.flatnonzero(drawn < champion_misses)}
            ours[name] = {
                f"{name}-{at}"
                for at in np.flatnonzero((drawn < shared) | (drawn > 1 - (times * champion_misses - shared)))
            }
        refused += bool(
            comparison_findings(
                replace(model, holdout=holdout(misses=ours)), replace(model, holdout=holdout(misses=theirs))
            )
        )
    assert least < refused / 300 <= most
