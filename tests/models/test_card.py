"""The model card: what a reader is told, and what it must not promise."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.candidates import ASIDE, figures, holdout, measured, passed, trained

from dutyline.vocabulary import OUTPUTS
from models import store
from models.card import card, missed_at_most
from models.card import figures as figures_table
from models.register import Entry
from training.decision import Decision


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return trained(tmp_path / "out", "v2")


def entry(**changes: object) -> Entry:
    given = {
        "at": "2026-11-24T12:00:00+00:00",
        "by": "R. Ruiz",
        "version": "v2",
        "role": "champion",
        "decision": "passed",
        "findings": (),
        "because": None,
        "previous": None,
        "manifest_sha256": "1" * 64,
        "model_sha256": "2" * 64,
        "card_sha256": "",
    }
    return Entry(**{**given, **changes})  # type: ignore[arg-type] # each test gives what it needs


def written(folder: Path, decision: Decision | None = None, *history: Entry) -> str:
    return card(store.describe(folder), decision or passed(folder, folder), history or (entry(),))


def row_of(text: str, section: str, name: str) -> list[str]:
    body = text.split(f"## {section}\n")[1].split("\n## ", maxsplit=1)[0]
    [line] = [line for line in body.splitlines() if line.startswith(f"| {name} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_card_has_what_a_reader_looks_for(folder: Path) -> None:
    text = written(folder)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# Model v2",
        "## Use",
        "## Data",
        "## Figures",
        "## Thresholds",
        "## Limits",
        "## Decision",
        "## Identity",
    ]
    for said in ("Not intended", "A person decides", "English only", "no note in it\nis from a real call"):
        assert said in text


def test_every_output_has_its_meaning_data_figures_and_thresholds(folder: Path) -> None:
    text = written(folder)
    for name in OUTPUTS:
        assert f"- `{name}`: " in text
        for section in ("Data", "Figures", "Thresholds"):
            assert row_of(text, section, name)


def test_figures_come_with_counts_and_with_how_bad_it_may_be(folder: Path) -> None:
    missing = replace(
        passed(folder, folder),
        candidate=measured(folder, holdout(misses={"weapon": {"a", "b"}}, weapon=figures(recall=0.5))),
    )
    assert row_of(written(folder, missing), "Figures", "weapon") == [
        "weapon",
        "100",
        "0.900",
        "0.500",
        "2",
        "0.062",
        "0.300",
        "0.020",
    ]


def test_the_champions_figures_stand_in_brackets(folder: Path, tmp_path: Path) -> None:
    champion = measured(trained(tmp_path / "1", "v1"), holdout(left_out=7, weapon=figures(recall=0.4)))
    text = written(folder, replace(passed(folder, folder), champion=champion))
    assert row_of(text, "Figures", "weapon")[3] == "0.700 (0.400)"
    assert "leaves police out of 0 (7)" in text
    assert champion.version in text


def test_a_champion_is_not_compared_with_itself(folder: Path) -> None:
    decision = replace(passed(folder, folder), champion=measured(folder))
    assert "(" not in figures_table(decision)


def test_none_missed_of_few_says_little() -> None:
    assert missed_at_most(0, 10) == pytest.approx(1 - 0.05 ** (1 / 10))
    assert missed_at_most(0, 1000) < 0.003
    assert missed_at_most(10, 10) == 1
    assert missed_at_most(0, 0) == 1


def test_an_overridden_release_says_what_spoke_against_it_and_why_it_was_made(folder: Path) -> None:
    decision = passed(
        folder,
        folder,
        outcome="overridden",
        findings=("weapon: 9 of 40 are missed, by the champion 2.",),
        remarks=("Something besides.",),
        because="agreed with the chief",
    )
    text = written(folder, decision, entry(decision="overridden", because="agreed with the chief"))
    assert "released by a person in spite of what is listed here" in text
    assert "- weapon: 9 of 40 are missed, by the champion 2." in text
    assert "- Something besides." in text
    assert "The reason given: agreed with the chief" in text
    assert "nothing spoke against it" not in text


def test_a_release_that_passed_says_so(folder: Path) -> None:
    text = written(folder)
    assert "It passed: nothing spoke against it." in text
    assert "Against it" not in text


def test_a_card_tells_every_release_of_its_version(folder: Path) -> None:
    text = written(folder, None, entry(role="challenger"), entry(previous="v1", by="A | B"))
    assert "| R. Ruiz | challenger | passed |  | nothing |" in text
    assert "| A \\| B | champion | passed |  | v1 |" in text
    assert "Released as champion on 2026-11-24T12:00:00+00:00 by A | B." in text


def test_incidents_of_an_agencys_own_are_not_said_to_be_written_for_dutyline(folder: Path) -> None:
    text = written(folder, passed(folder, folder, trained_on_shipped=False))
    assert "written for Dutyline" not in text
    assert "treat it like the notes themselves" in text


@pytest.mark.parametrize("agreement", [True, False])
def test_the_labellers_agreement_is_named_only_where_there_is_one(folder: Path, *, agreement: bool) -> None:
    text = written(folder, passed(folder, folder, agreement=agreement))
    assert ("AGREEMENT.md" in text) == agreement


def test_a_card_identifies_both_files_and_both_sets_of_incidents(folder: Path) -> None:
    text = written(folder)
    for value in (
        "1" * 64,
        "2" * 64,
        "a" * 64,
        store.describe(folder).corpus_sha256,
        store.load(folder).version,
    ):
        assert value in text


@pytest.mark.parametrize(("aside", "unseen"), [(ASIDE, True), ("b" * 64, False), (None, False)])
def test_a_card_calls_incidents_unseen_only_where_the_manifest_says_so(
    tmp_path: Path, aside: str | None, *, unseen: bool
) -> None:
    text = written(trained(tmp_path / "other", "v2", aside_sha256=aside))
    assert ("Neither training nor the choice of thresholds read them." in text) == unseen
    assert ("may flatter it" in text) != unseen


def test_equal_releases_have_equal_cards(folder: Path) -> None:
    assert written(folder) == written(folder)
