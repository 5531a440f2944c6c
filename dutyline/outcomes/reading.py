"""Bytes in, outcome or rejection out: strict, since our own console writes these events."""

from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from dutyline.outcomes.event import EVENT_BYTES_MAX, OutcomeEvent

Reason = Literal["empty_event", "event_too_large", "invalid_utf8", "invalid_json", "not_an_outcome"]

_decode: Final = msgspec.json.Decoder(OutcomeEvent).decode


@dataclass(frozen=True, slots=True)
class OutcomeRejection:
    """Why bytes were not taken as an outcome; never quotes them."""

    reason: Reason


def read_outcome(raw: bytes | None) -> OutcomeEvent | OutcomeRejection:
    """Read one event from the bytes of a record; never raises for what they hold."""
    if not raw:
        return OutcomeRejection("empty_event")
    if len(raw) > EVENT_BYTES_MAX:
        return OutcomeRejection("event_too_large")
    try:
        return _decode(raw.decode())
    except UnicodeDecodeError:
        return OutcomeRejection("invalid_utf8")
    except msgspec.ValidationError:
        return OutcomeRejection("not_an_outcome")
    except (msgspec.DecodeError, RecursionError):
        return OutcomeRejection("invalid_json")
