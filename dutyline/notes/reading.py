"""Bytes in, note or rejection out.

A rejection is about what cannot be read at all: losing a note over a field that only
informs would be worse than doing without the field.  So a number in a text field is taken
as its text, and any other optional field that cannot be read is set aside; `text` and
`incident_id` are strict.  docs/bad-input.md lists every outcome.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

import msgspec

from dutyline.notes.event import INCIDENT_ID_MAX, TEXT_MAX, Note, NoteEvent, note_of
from dutyline.vocabulary import Kind

EVENT_BYTES_MAX: Final = 2 * 1024 * 1024
"""Bytes of one event, at most: the longest text with every character escaped fits twice."""

Reason = Literal[
    "empty_event",
    "event_too_large",
    "invalid_utf8",
    "invalid_json",
    "not_an_object",
    "missing_incident_id",
    "bad_incident_id",
    "missing_text",
    "bad_text",
    "empty_text",
    "text_too_long",
    "incident_full",
]

EXPLANATIONS: Final[dict[Reason, str]] = {
    "empty_event": "the record has no value; send a JSON object",
    "event_too_large": f"the event is over {EVENT_BYTES_MAX} bytes; split the text into several notes",
    "invalid_utf8": "the bytes are not UTF-8; encode the event as UTF-8",
    "invalid_json": "the bytes are not JSON; send one JSON object to a record",
    "not_an_object": "the JSON is not an object; send the fields of one note in an object",
    "missing_incident_id": "incident_id is missing; every note names its incident",
    "bad_incident_id": f"incident_id is not a text of 1 to {INCIDENT_ID_MAX} characters",
    "missing_text": "text is missing; send what was typed",
    "bad_text": "text is not a JSON string; send what was typed as a string",
    "empty_text": "text is empty; there is nothing to judge",
    "text_too_long": f"text is over {TEXT_MAX} characters; split it into several notes",
    "incident_full": "the incident already holds as many notes or characters as settings allow",
}

_KINDS: Final = frozenset(get_args(Kind))
_TEXT_FIELDS: Final = ("note_id", "at", "author", "call_type", "priority", "agency", "jurisdiction", "status")
_BOM: Final = b"\xef\xbb\xbf"
_decode: Final = msgspec.json.Decoder(NoteEvent).decode


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why bytes were not taken as a note; never quotes them."""

    reason: Reason

    @property
    def explanation(self) -> str:
        """What is wrong and what to do, in one line."""
        return EXPLANATIONS[self.reason]


def read_note(raw: bytes | None) -> Note | Rejection:
    """Read one event from the bytes of a record or line; never raises for what they hold."""
    if not raw:
        return Rejection("empty_event")
    if len(raw) > EVENT_BYTES_MAX:
        return Rejection("event_too_large")
    raw = raw.removeprefix(_BOM)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Rejection("invalid_utf8")
    try:
        return note_of(_decode(text))
    except (msgspec.DecodeError, RecursionError):
        return _read_patiently(text)


def _read_patiently(text: str) -> Note | Rejection:
    """Read what the strict decoder refuses: raw control characters, lone surrogates, odd types."""
    try:
        event = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return Rejection("invalid_json")
    if not isinstance(event, dict):
        return Rejection("not_an_object")
    incident_id = _scalar_text(event.get("incident_id"))
    typed: object = event.get("text")
    if reason := _incident_id_problem(event.get("incident_id"), incident_id) or _text_problem(typed):
        return Rejection(reason)
    assert incident_id is not None
    assert isinstance(typed, str)
    kind = event.get("kind")
    return note_of(
        NoteEvent(
            incident_id=incident_id,
            text=_well_formed(typed),
            kind=cast("Kind", kind) if isinstance(kind, str) and kind in _KINDS else None,
            units=_texts(event.get("units")),
            **{name: _scalar_text(event.get(name)) for name in _TEXT_FIELDS},
        )
    )


def _incident_id_problem(given: object, incident_id: str | None) -> Reason | None:
    if given is None:
        return "missing_incident_id"
    if incident_id is None or not 1 <= len(incident_id) <= INCIDENT_ID_MAX:
        return "bad_incident_id"
    return None


def _text_problem(typed: object) -> Reason | None:
    if typed is None:
        return "missing_text"
    if not isinstance(typed, str):
        return "bad_text"
    if len(typed) > TEXT_MAX:
        return "text_too_long"
    return None if typed else "empty_text"


def _scalar_text(value: Any) -> str | None:  # noqa: ANN401 - whatever JSON held
    if isinstance(value, str):
        return _well_formed(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def _texts(value: Any) -> list[str] | None:  # noqa: ANN401 - whatever JSON held
    if isinstance(value, str):
        return [_well_formed(value)]
    if isinstance(value, list):
        return [_well_formed(item) for item in value if isinstance(item, str)]
    return None


def _well_formed(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 can carry, character for character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _lone(text) else text


def _lone(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
