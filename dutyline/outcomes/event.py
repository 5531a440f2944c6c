"""The outcome event: what a dispatcher did with a suggestion, and how the incident ended.

The JSON Schema of the event is generated from `OutcomeEvent` (`dutyline.schema`); the order
of the fields is their order in the published bytes.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from dutyline.notes.event import INCIDENT_ID_MAX, moment_of
from dutyline.suggestion.event import Responder

Action = Literal["accepted", "overridden", "closed"]

EVENT_BYTES_MAX: Final = 64 * 1024
"""Bytes of one event, at most: every field at its longest, each character escaped, fits."""

REASON_MAX: Final = 2000
"""Characters of a reason, at most."""

DISPOSITION_MAX: Final = 200
"""Characters of a disposition, at most: a code or a few words."""

_NAME_MAX: Final = 256
_RESPONDERS_MAX: Final = 8

CONDITIONS: Final[list[dict[str, Any]]] = [
    {
        "if": {"properties": {"action": {"const": "overridden"}}},
        "then": {"required": ["responders"], "properties": {"responders": {"type": "array"}}},
    },
    {
        "if": {"properties": {"action": {"const": "closed"}}},
        "then": {"required": ["disposition"], "properties": {"disposition": {"type": "string"}}},
    },
]
"""What each action needs besides, in the words of JSON Schema; `OutcomeEvent` holds events to it."""


class OutcomeEvent(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What a dispatcher did: took a suggestion, sent someone else instead, or closed the incident.

    Fields that are not listed here are kept out of the way and are never an error.
    """

    incident_id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=INCIDENT_ID_MAX,
            description="The CAD's own number of the incident; also the key of the Kafka record.",
        ),
    ]
    suggestion_id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=_NAME_MAX)] | None,
        Meta(description="The suggestion that was on the screen: incident_id:revision."),
    ] = None
    at: Annotated[
        str,
        Meta(
            max_length=64,
            description="When it was done: ISO 8601 with an offset.",
            extra_json_schema={"format": "date-time"},
        ),
    ]
    action: Annotated[
        Action,
        Meta(description="An override says who was sent, in responders; a closing its disposition."),
    ]
    responders: Annotated[
        Annotated[list[Responder], Meta(min_length=1, max_length=_RESPONDERS_MAX)] | None,
        Meta(description="Who was sent instead, the lead first."),
    ] = None
    reason: Annotated[
        Annotated[str, Meta(max_length=REASON_MAX)] | None,
        Meta(description="Why a suggestion was overridden, in a person's words."),
    ] = None
    disposition: Annotated[
        Annotated[str, Meta(min_length=1, max_length=DISPOSITION_MAX)] | None,
        Meta(description="How the incident ended: the agency's own code or words."),
    ] = None
    by: Annotated[
        Annotated[str, Meta(max_length=_NAME_MAX)] | None,
        Meta(description="Who did it: a position or number, not a name."),
    ] = None

    def __post_init__(self) -> None:
        """Refuse what an action does not allow; msgspec makes it a `ValidationError`."""
        if moment_of(self.at) is None:
            raise ValueError("at is not a time with an offset")
        if self.action == "overridden" and self.responders is None:
            raise ValueError("an override needs responders")
        if self.action == "closed" and self.disposition is None:
            raise ValueError("a closing needs a disposition")


encode: Final = msgspec.json.Encoder().encode
"""Encode an event to the bytes that are published."""
