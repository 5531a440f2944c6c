"""Outcomes are read strictly, and whatever is no outcome is told by its reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutyline.outcomes.event import EVENT_BYTES_MAX, OutcomeEvent, encode
from dutyline.outcomes.reading import OutcomeRejection, read_outcome

GOOD = {"incident_id": "A", "at": "2026-11-24T10:00:00+00:00", "action": "accepted"}


def test_fields_that_nobody_knows_are_kept_out_of_the_way() -> None:
    found = read_outcome(json.dumps(GOOD | {"screen": [1, {"x": None}]}).encode())
    assert found == OutcomeEvent(incident_id="A", at=GOOD["at"], action="accepted")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "empty_event"),
        (b"", "empty_event"),
        (b"x" * (EVENT_BYTES_MAX + 1), "event_too_large"),
        (b"\xff", "invalid_utf8"),
        (b"{", "invalid_json"),
        (b'{"x":' + b"[" * 5000, "invalid_json"),
        (b"[]", "not_an_outcome"),
        (json.dumps(GOOD | {"at": "2026-11-24T10:00:00"}).encode(), "not_an_outcome"),
        (json.dumps(GOOD | {"action": "overridden"}).encode(), "not_an_outcome"),
        (json.dumps(GOOD | {"action": "closed"}).encode(), "not_an_outcome"),
    ],
)
def test_what_is_no_outcome_is_told_by_its_reason(raw: bytes | None, reason: str) -> None:
    found = read_outcome(raw)
    assert isinstance(found, OutcomeRejection)
    assert found.reason == reason


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail(raw: bytes) -> None:
    assert isinstance(read_outcome(raw), OutcomeEvent | OutcomeRejection)


@given(reason=st.text(max_size=2000), disposition=st.text(min_size=1, max_size=200))
def test_what_is_written_is_read_back(reason: str, disposition: str) -> None:
    event = OutcomeEvent(
        incident_id="A",
        at="2026-11-24T10:00:00Z",
        action="overridden",
        responders=["police", "clinician"],
        reason=reason,
        disposition=disposition,
    )
    assert read_outcome(encode(event)) == event
