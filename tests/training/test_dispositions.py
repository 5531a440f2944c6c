"""What dispositions mean, and what is wrong with a table of them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutyline.errors import CorpusError, DataError
from dutyline.outcomes.event import OutcomeEvent
from training import corpus
from training.dispositions import Dispositions, dispositions, dispositions_from
from training.weak import Source, WeakLabels, weak_labels

TABLE = """\
dated: 2026-11-24
review: Not reviewed.
meanings:
  arrest:
    codes: ["03"]
    words: [arrest, arrest made]
    labels: {no_crime: {is: false, because: There was an offence.}}
  mediated:
    words: mediated
    labels: {no_crime: {is: true, because: Nobody was charged.}}
  hold:
    words: [5150 hold]
    labels: {mental_health: {is: true, because: It was a hold.}}
  gone:
    codes: ["14"]
    words: [goa]
    open: They had left.
agencies:
  ours:
    A: arrest
    "03": open
"""


def table(folder: Path, text: str = TABLE) -> Dispositions:
    file = folder / "dispositions.yaml"
    file.write_text(text, encoding="utf-8")
    return dispositions_from(file)


def closed(disposition: str) -> OutcomeEvent:
    return OutcomeEvent(incident_id="I", at="2026-11-24T10:00:00Z", action="closed", disposition=disposition)


@pytest.mark.parametrize(
    ("disposition", "agency", "meaning"),
    [
        ("ARREST", None, "arrest"),
        ("  arrest   Made. ", None, "arrest"),
        ("03", None, "arrest"),
        ("03 - ARREST", None, "arrest"),
        ("XY_Arrest", None, "arrest"),
        ("14 - ARREST", None, None),
        ("03 - SOMETHING ELSE", None, None),
        ("NO ARREST", None, None),
        ("", None, None),
        ("03", "ours", "open"),
        ("14", "ours", None),
        ("a", "ours", "arrest"),
        ("A_Something of their own", "ours", "arrest"),
        ("A", "theirs", None),
        ("GOA", "ours", "gone"),
    ],
)
def test_a_disposition_is_read_by_its_agencys_codes_then_by_its_words(
    tmp_path: Path, disposition: str, agency: str | None, meaning: str | None
) -> None:
    found = table(tmp_path).meaning_of(disposition, agency)
    assert (found.name if found else None) == meaning


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (TABLE.replace("2026-11-24", "yesterday"), r"line 1: 'yesterday' is not a date"),
        (TABLE.replace("no_crime: {is: false", "no_crimes: {is: false"), r"line 7: 'no_crimes' is not known"),
        (TABLE.replace("is: true", "is: perhaps", 1), r"line 10: 'perhaps' is not known here"),
        (TABLE.replace("    open: They had left.\n", ""), r"line 14: 'gone' needs labels, or why"),
        (TABLE.replace("They had left.", "left"), r"line 17: this is no whole sentence"),
        (TABLE.replace("[goa]", "[Arrest!]"), r"line 16: 'arrest' stands under 'arrest' too"),
        (TABLE.replace("[goa]", "['-']"), r"line 16: there is neither a letter nor a digit"),
        (TABLE.replace("    words: mediated\n", ""), r"line 8: 'mediated' has neither codes nor words"),
        (TABLE.replace("A: arrest", "A: arest"), r"line 20: 'arest' is not known here"),
        (TABLE.replace('"03": open', "a: open"), r"line 21: 'a' stands twice"),
        (TABLE.replace("  gone:", "  open:"), r"line 14: 'open' cannot name a meaning"),
        (TABLE.replace("review: Not reviewed.\n", ""), r"'review' is missing"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_with_its_line(tmp_path: Path, wrong: str, reason: str) -> None:
    assert wrong != TABLE
    with pytest.raises(DataError, match=reason):
        table(tmp_path, wrong)


def test_the_shipped_table_says_nothing_of_whether_police_were_needed() -> None:
    shipped = dispositions()
    meanings = [*shipped.codes.values(), *shipped.words.values()]
    assert len({meaning.name for meaning in meanings}) > 20
    assert not any("needs_police" in meaning.labels for meaning in meanings)
    arrest = shipped.meaning_of("ARREST MADE")
    assert arrest is not None
    assert {name: label.value for name, label in arrest.labels.items()} == {"no_crime": False}


def test_the_version_changes_with_the_table(tmp_path: Path) -> None:
    first = table(tmp_path).version
    assert first.startswith("2026-11-24 ")
    assert table(tmp_path, TABLE.replace("goa", "gone on arrival")).version != first


def test_weak_labels_name_what_was_written_and_why(tmp_path: Path) -> None:
    found = weak_labels([closed("03 - Arrest")], None, table(tmp_path))
    assert found == WeakLabels(
        {"no_crime": False},
        {"no_crime": Source("03 - Arrest", "arrest", "There was an offence.")},
        known=True,
    )


def test_the_last_closing_counts(tmp_path: Path) -> None:
    outcomes = [closed("arrest"), OutcomeEvent(incident_id="I", at="2026-11-24T10:00:00Z", action="accepted")]
    known = table(tmp_path)
    assert weak_labels([*outcomes, closed("goa")], None, known) == WeakLabels(known=True)
    assert weak_labels([*outcomes, closed("who knows")], None, known) == WeakLabels(known=False)
    assert weak_labels(outcomes[1:], None, known) == WeakLabels()


def test_several_dispositions_say_what_they_agree_on(tmp_path: Path) -> None:
    known = table(tmp_path)
    assert weak_labels([closed("arrest; 5150 HOLD")], None, known).labels == {
        "mental_health": True,
        "no_crime": False,
    }
    assert weak_labels([closed("arrest | mediated;5150 hold")], None, known).labels == {"mental_health": True}


@given(st.text(max_size=200), st.sampled_from([None, "charleston", "another"]))
def test_no_disposition_makes_the_table_fail(disposition: str, agency: str | None) -> None:
    weak_labels([closed(disposition or "x")], agency, dispositions())


def test_a_corpus_of_weak_labels_alone_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "incidents.jsonl"
    file.write_text('{"id": "I", "notes": ["NOISE"], "weak_labels": {"no_crime": true}}\n')
    with pytest.raises(
        CorpusError, match=r"line 1: .*what was done and not what the call needed; have people"
    ):
        corpus.read([file])


def test_weak_labels_beside_human_ones_are_not_read(tmp_path: Path) -> None:
    file = tmp_path / "incidents.jsonl"
    file.write_text(
        '{"id": "I", "notes": ["NOISE"], "weak_labels": {"no_crime": false}, "labels": ["no_crime"]}'
    )
    assert corpus.read([file]).incidents[0].labels == {"no_crime"}
