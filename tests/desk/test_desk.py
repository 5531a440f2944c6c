"""Notes meet their incidents and leave as suggestions."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fakes import PlainPolicy, plain_judge

from dutyline.desk import Arrival, Desk, Outcome
from dutyline.incident.state import Limits
from dutyline.judgement.types import Facts, Routing
from dutyline.notes.event import Note
from dutyline.suggestion.event import Suggestion, encode

HOUR = 3600.0


def settle(desk: Desk, *notes: Note) -> list[Outcome]:
    return desk.settle([Arrival(note) for note in notes], "2026-11-23T00:00:00+00:00")


def suggestions(outcomes: Sequence[Outcome]) -> list[Suggestion]:
    return [outcome.suggestion for outcome in outcomes if outcome.suggestion]


@pytest.fixture
def desk() -> Desk:
    return Desk(plain_judge(), Limits(quiet=12 * HOUR, closed=HOUR, notes=5, characters=10_000))


def test_the_first_note_of_an_incident_always_gets_an_answer(desk: Desk) -> None:
    [suggestion] = suggestions(settle(desk, Note("I", "RP ADV", note_id="1")))
    assert suggestion.suggestion_id == "I:1"
    assert suggestion.responders
    assert suggestion.changed == [
        "responders",
        "response",
        "level",
        "needs_review",
        "indicators",
        "hazards",
        "duty",
        "advice",
    ]


def test_a_note_that_changes_nothing_publishes_nothing(desk: Desk) -> None:
    outcomes = settle(desk, Note("I", "RP ADV"), Note("I", "STILL ON LINE"))
    assert len(suggestions(outcomes)) == 1


def test_a_change_is_published_once_and_names_what_changed(desk: Desk) -> None:
    outcomes = settle(desk, Note("I", "RP ADV"), Note("I", "hazard:weapon"), Note("I", "hazard:weapon"))
    first, second = suggestions(outcomes)
    assert (first.responders, second.responders) == (["clinician"], ["police"])
    assert second.revision == 2
    assert second.changed == ["responders", "response", "level", "hazards"]
    assert second.through.notes == 2


def test_the_same_note_id_again_changes_nothing(desk: Desk) -> None:
    outcomes = settle(desk, Note("I", "RP ADV", note_id="1"), Note("I", "hazard:weapon", note_id="1"))
    assert [outcome.receipt for outcome in outcomes] == ["taken", "duplicate"]
    assert suggestions(outcomes)[-1].responders == ["clinician"]


def test_notes_without_an_id_are_each_a_new_note(desk: Desk) -> None:
    settle(desk, Note("I", "SAME"), Note("I", "SAME"))
    assert list(desk.incidents["I"].lines) == ["I~1", "I~2"]


def test_a_note_read_twice_from_one_place_is_one_note(desk: Desk) -> None:
    outcomes = desk.settle([Arrival(Note("I", "X"), "t/0/5"), Arrival(Note("I", "X"), "t/0/5")], "now")
    assert [outcome.receipt for outcome in outcomes] == ["taken", "duplicate"]


def test_a_made_up_name_never_takes_the_place_of_a_real_id(desk: Desk) -> None:
    settle(desk, Note("I", "A", note_id="I~2"), Note("I", "B"))
    assert [line.text for line in desk.incidents["I"].lines.values()] == ["A", "B"]


def test_notes_out_of_order_are_read_in_the_order_they_arrive(desk: Desk) -> None:
    settle(desk, Note("I", "LATER", at=200.0), Note("I", "EARLIER", at=100.0))
    assert [line.text for line in desk.incidents["I"].lines.values()] == ["LATER", "EARLIER"]


def test_a_note_soon_after_closing_still_counts(desk: Desk) -> None:
    settle(desk, Note("I", "RP ADV", at=0.0), Note("I", "DONE", at=60.0, closed=True))
    [again] = suggestions(settle(desk, Note("I", "hazard:weapon", at=120.0)))
    assert (again.revision, again.through.notes, again.responders) == (2, 3, ["police"])


def test_a_note_long_after_closing_begins_again_and_asks_for_review(desk: Desk) -> None:
    settle(desk, Note("I", "hazard:weapon", at=0.0, closed=True))
    [again] = suggestions(settle(desk, Note("I", "RP CALLED BACK", at=2 * HOUR)))
    assert again.revision == 2
    assert again.needs_review
    assert "police" in again.responders, "police that were called for are not quietly dropped"
    assert any("after it was closed" in reason for reason in again.reasons)


def test_an_open_incident_is_held_for_as_long_as_it_may_be_quiet(desk: Desk) -> None:
    settle(desk, Note("I", "hazard:weapon", at=0.0), Note("I", "MORE", at=12 * HOUR))
    assert len(desk.incidents["I"].lines) == 2
    settle(desk, Note("I", "MUCH LATER", at=24 * HOUR + 1))
    assert [line.text for line in desk.incidents["I"].lines.values()] == ["MUCH LATER"]


def test_an_incident_that_is_full_says_so_once_and_asks_for_review(desk: Desk) -> None:
    outcomes = settle(desk, *[Note("I", f"LINE {number}") for number in range(8)])
    assert [outcome.receipt for outcome in outcomes] == ["taken"] * 5 + ["full"] * 3
    assert suggestions(outcomes)[-1].needs_review
    assert len(suggestions(outcomes)) == 2


def test_an_unknown_agency_is_judged_by_the_default_policy_and_reviewed(desk: Desk) -> None:
    [suggestion] = suggestions(settle(desk, Note("I", "RP ADV", agency="mars")))
    assert suggestion.needs_review
    assert any("No policy for this agency" in reason for reason in suggestion.reasons)


def test_a_state_without_rules_of_its_own_is_told_so(desk: Desk) -> None:
    [suggestion] = suggestions(settle(desk, Note("I", "RP ADV", jurisdiction="US-ND")))
    assert suggestion.duty.jurisdiction == "US-ND"
    assert any("US-ND" in reason for reason in suggestion.reasons)
    assert not suggestion.needs_review


def test_a_jurisdiction_that_is_no_code_at_all_is_reviewed(desk: Desk) -> None:
    [suggestion] = suggestions(settle(desk, Note("I", "RP ADV", jurisdiction="Narnia")))
    assert suggestion.needs_review


def test_a_promise_with_nobody_sent_is_reviewed(desk: Desk) -> None:
    class Remote(PlainPolicy):
        def route(self, facts: Facts) -> Routing:
            return Routing(("crisis_line",), "988", 1, needs_review=False, reasons=())

    desk.judge._policies = {"reference": Remote()}
    [suggestion] = suggestions(settle(desk, Note("I", "cue:express_assurance")))
    assert suggestion.needs_review


words = st.sampled_from(
    ["RP ADV", "hazard:weapon", "no hazard:weapon", "mental_health", "needs_police", "cue:express_assurance"]
)
notes = st.lists(
    st.builds(
        Note,
        incident_id=st.sampled_from(["A", "B"]),
        text=words,
        note_id=st.none() | st.sampled_from(["1", "2", "3"]),
        at=st.none() | st.floats(0, 3 * 86400),
        closed=st.booleans(),
    ),
    max_size=14,
)


@given(notes, st.data())
def test_how_notes_are_cut_into_batches_makes_no_difference(arrived: list[Note], data: st.DataObject) -> None:
    whole = Desk(plain_judge(), Limits(closed=HOUR, notes=6))
    pieces = Desk(plain_judge(), Limits(closed=HOUR, notes=6))
    expected = [encode(item) for item in suggestions(settle(whole, *arrived))]
    got: list[bytes] = []
    rest = list(arrived)
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        got += [encode(item) for item in suggestions(settle(pieces, *rest[:size]))]
        rest = rest[size:]
    assert got == expected


@given(notes)
def test_every_suggestion_has_an_id_of_its_own_and_somebody_who_answers(arrived: list[Note]) -> None:
    desk = Desk(plain_judge(), Limits(closed=HOUR))
    made = suggestions(settle(desk, *arrived))
    assert len({item.suggestion_id for item in made}) == len(made)
    assert all(item.responders for item in made)
    assert {item.incident_id for item in made} == {note.incident_id for note in arrived}


@given(notes)
def test_evidence_points_at_the_words_of_the_note_it_names(arrived: list[Note]) -> None:
    desk = Desk(plain_judge(), Limits(closed=HOUR, notes=50))
    for note in arrived:
        for suggestion in suggestions(settle(desk, note)):
            lines = desk.incidents[suggestion.incident_id].lines
            for span in _spans(json.loads(encode(suggestion))):
                assert lines[span["note_id"]].text[span["start"] : span["end"]] == span["text"]


def _spans(value: object) -> list[dict[str, object]]:
    if isinstance(value, dict):
        if {"note_id", "start", "end"} <= value.keys():
            return [value]
        return [span for item in value.values() for span in _spans(item)]
    if isinstance(value, list):
        return [span for item in value for span in _spans(item)]
    return []
