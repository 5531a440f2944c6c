"""JSON Schemas of the events, generated from the code that reads and writes them."""

import json
from inspect import cleandoc
from typing import Any, Final

import msgspec

from dutyline.notes.event import NoteEvent
from dutyline.outcomes.event import CONDITIONS, OutcomeEvent
from dutyline.suggestion.event import Suggestion

EVENTS: Final = {"note": NoteEvent, "suggestion": Suggestion, "outcome": OutcomeEvent}
"""The events by the names of their schema files, `docs/schemas/NAME.schema.json`."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_CONDITIONS: Final = {"outcome": CONDITIONS}
"""What the fields of an event ask of each other."""


def schema_of(name: str) -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of an event by its name in `EVENTS`."""
    event = EVENTS[name]
    schema = msgspec.json.schema(event)
    definitions = schema.pop("$defs")
    body = definitions.pop(event.__name__)
    for part in (body, *definitions.values()):
        if "description" in part:
            part["description"] = cleandoc(part["description"])
    conditions = {"allOf": _CONDITIONS[name]} if name in _CONDITIONS else {}
    return {"$schema": _DIALECT, **body, **conditions, **({"$defs": definitions} if definitions else {})}


def schema_text(name: str) -> str:
    """Give the schema as the text of its file."""
    return json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n"
