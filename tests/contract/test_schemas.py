"""The published schemas are what the code does."""

import json
from pathlib import Path

import jsonschema
import pytest
from support.fakes import plain_judge
from support.incidents import interleaved_events

from dutyline.assess import assess
from dutyline.desk import Arrival, Desk
from dutyline.notes.event import Note
from dutyline.notes.reading import Rejection, read_note
from dutyline.outcomes.event import OutcomeEvent
from dutyline.outcomes.reading import OutcomeRejection, read_outcome
from dutyline.schema import EVENTS, schema_of, schema_text
from dutyline.settings import settings_page
from dutyline.suggestion.event import Suggestion, encode

ROOT = Path(__file__).parents[2]
EXAMPLE = {
    "incident_id": "2026-0012345",
    "note_id": "2026-0012345-7",
    "at": "2026-11-23T14:03:05-08:00",
    "text": "RP ADVSD OFCRS ENRT,, RP STAYING INSIDE W/ DOOR LOCKED",
    "kind": "call_taker",
    "author": "CT114",
    "call_type": "WELFARE CHECK",
    "priority": "3",
    "agency": "reference",
    "jurisdiction": "US-WA",
    "units": ["assigned"],
}
OUTCOME = {
    "incident_id": "2026-0012345",
    "suggestion_id": "2026-0012345:3",
    "at": "2026-11-23T14:05:41-08:00",
    "action": "overridden",
    "responders": ["police", "clinician"],
    "reason": "RP asked for an officer at the door",
    "disposition": "18",
    "by": "DSP07",
}


def validate(name: str, event: object) -> None:
    jsonschema.Draft202012Validator(schema_of(name)).validate(event)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_the_schema_file_is_the_codes_own(name: str) -> None:
    assert (ROOT / "docs/schemas" / f"{name}.schema.json").read_text(encoding="utf-8") == schema_text(name)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_each_schema_is_a_valid_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(name))


def test_every_setting_is_documented_with_its_default() -> None:
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_page()


def test_the_contracts_example_note_is_valid_and_is_read() -> None:
    validate("note", EXAMPLE)
    assert isinstance(read_note(json.dumps(EXAMPLE).encode()), Note)


@pytest.mark.parametrize(
    "broken",
    [{"text": ""}, {"text": 5}, {"incident_id": ""}, {"incident_id": "x" * 129}, {"text": "x" * 65_537}],
)
def test_what_the_schema_forbids_of_required_fields_is_rejected(broken: dict[str, object]) -> None:
    event = EXAMPLE | broken
    with pytest.raises(jsonschema.ValidationError):
        validate("note", event)
    assert isinstance(read_note(json.dumps(event).encode()), Rejection)


def test_every_suggestion_of_the_corpus_is_valid() -> None:
    desk = Desk(plain_judge())
    made = [
        item
        for item in assess(interleaved_events(80), desk, "2026-11-23T00:00:00+00:00")
        if isinstance(item, Suggestion)
    ]
    assert len(made) >= 80
    for suggestion in made:
        validate("suggestion", json.loads(encode(suggestion)))


def test_a_suggestion_has_the_contracts_fields_in_the_contracts_order() -> None:
    [outcome] = Desk(plain_judge()).settle([Arrival(Note("I", "RP ADV", note_id="1"))], "now")
    assert outcome.suggestion
    assert list(json.loads(encode(outcome.suggestion))) == [
        "suggestion_id",
        "incident_id",
        "revision",
        "issued_at",
        "through",
        "responders",
        "response",
        "level",
        "needs_review",
        "indicators",
        "hazards",
        "duty",
        "reasons",
        "advice",
        "changed",
        "versions",
    ]


def test_an_outcome_of_every_action_is_valid_and_is_read() -> None:
    for action in ("accepted", "overridden", "closed"):
        event = OUTCOME | {"action": action}
        validate("outcome", event)
        assert isinstance(read_outcome(json.dumps(event).encode()), OutcomeEvent)


@pytest.mark.parametrize(
    "broken",
    [
        {"incident_id": ""},
        {"incident_id": "x" * 129},
        {"incident_id": 5},
        {"at": None},
        {"action": "ignored"},
        {"responders": []},
        {"responders": ["sheriff"]},
        {"responders": None},
        {"reason": "x" * 2001},
        {"action": "closed", "disposition": None},
        {"disposition": ""},
        {"disposition": "x" * 201},
        {"by": "x" * 257},
        {"suggestion_id": ""},
    ],
)
def test_what_the_schema_forbids_is_no_outcome(broken: dict[str, object]) -> None:
    event = OUTCOME | broken
    with pytest.raises(jsonschema.ValidationError):
        validate("outcome", event)
    assert read_outcome(json.dumps(event).encode()) == OutcomeRejection("not_an_outcome")
