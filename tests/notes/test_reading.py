"""Bytes in, note or rejection out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutyline.notes.event import TEXT_MAX, Note
from dutyline.notes.reading import EVENT_BYTES_MAX, EXPLANATIONS, Rejection, read_note


def event(**fields: object) -> bytes:
    return json.dumps({"incident_id": "I-1", "text": "RP ADV", **fields}).encode()


def taken(raw: bytes) -> Note:
    note = read_note(raw)
    assert isinstance(note, Note)
    return note


def test_a_whole_event_is_read_field_by_field() -> None:
    note = taken(
        event(
            note_id="I-1-7",
            at="2026-11-23T14:03:05-08:00",
            kind="dispatcher",
            author="CT114",
            call_type="WELFARE CHECK",
            priority="3",
            agency="reference",
            jurisdiction="US-WA",
            units=["assigned"],
            status="closed",
        )
    )
    assert (note.incident_id, note.note_id, note.text, note.kind) == ("I-1", "I-1-7", "RP ADV", "dispatcher")
    assert (note.call_type, note.priority, note.agency, note.jurisdiction) == (
        "WELFARE CHECK",
        "3",
        "reference",
        "US-WA",
    )
    assert note.units == ("assigned",)
    assert note.closed
    assert note.at == 1795471385.0
    assert str(note.day) == "2026-11-23"


def test_unknown_fields_are_kept_out_of_the_way() -> None:
    assert taken(event(shoe_size=43, nested={"a": [1, None]})).text == "RP ADV"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "empty_event"),
        (b"", "empty_event"),
        (b"\xff\xfe\x00", "invalid_utf8"),
        (b'{"incident_id": "I", "text": "caf\xe9"}', "invalid_utf8"),
        (b'{"incident_id": "I", "text": "x", "\xff": 1}', "invalid_utf8"),
        (b"{", "invalid_json"),
        (b'{"incident_id": "I", "text": "x"} and more', "invalid_json"),
        (
            b'{"incident_id": "I", "text": "x", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            "invalid_json",
        ),
        (b'["I", "x"]', "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"text": "x"}', "missing_incident_id"),
        (b'{"incident_id": null, "text": "x"}', "missing_incident_id"),
        (b'{"incident_id": "", "text": "x"}', "bad_incident_id"),
        (b'{"incident_id": ["I"], "text": "x"}', "bad_incident_id"),
        (b'{"incident_id": true, "text": "x"}', "bad_incident_id"),
        (event(incident_id="I" * 129), "bad_incident_id"),
        (b'{"incident_id": "I"}', "missing_text"),
        (b'{"incident_id": "I", "text": 911}', "bad_text"),
        (b'{"incident_id": "I", "text": {"html": "x"}}', "bad_text"),
        (event(text=""), "empty_text"),
        (event(text="x" * (TEXT_MAX + 1)), "text_too_long"),
        (event(text="x" * 1_000_000), "text_too_long"),
        (b" " * (EVENT_BYTES_MAX + 1), "event_too_large"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_reason(raw: bytes | None, reason: str) -> None:
    assert read_note(raw) == Rejection(reason)  # type: ignore[arg-type] # the reasons under test


def test_a_text_of_the_greatest_length_is_taken() -> None:
    assert len(taken(event(text="x" * TEXT_MAX)).text) == TEXT_MAX
    assert len(taken(event(text="\N{PILE OF POO}" * TEXT_MAX)).text) == TEXT_MAX


@pytest.mark.parametrize("text", ["\x00\x07\x1b[31m", "😀 RP UPSET 😀", " ", "\u202eRTL", "a\tb\nc"])
def test_odd_characters_in_a_text_are_kept_as_they_are(text: str) -> None:
    assert taken(event(text=text)).text == text


def test_raw_control_characters_that_json_forbids_do_not_lose_the_note() -> None:
    assert taken(b'{"incident_id": "I", "text": "HAS\tGUN\x01"}').text == "HAS\tGUN\x01"


def test_half_an_emoji_does_not_lose_the_note() -> None:
    assert taken(b'{"incident_id": "I", "text": "HAS GUN \\ud83d"}').text == "HAS GUN \ufffd"
    assert taken(b'{"incident_id": "I", "text": "\\ud83d HAS GUN"}').text == "\ufffd HAS GUN"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert taken(b"\xef\xbb\xbf" + event()).text == "RP ADV"


def test_numbers_where_texts_belong_are_taken_as_their_text() -> None:
    note = taken(b'{"incident_id": 20260012345, "text": "x", "priority": 3, "note_id": 7}')
    assert (note.incident_id, note.priority, note.note_id) == ("20260012345", "3", "7")


def test_an_optional_field_that_cannot_be_read_is_set_aside_and_the_note_kept() -> None:
    note = taken(event(kind="robot", units={"a": 1}, agency=["x"], at="yesterday", status=7))
    assert (note.kind, note.units, note.agency, note.at, note.closed) == (None, None, None, None, False)


@pytest.mark.parametrize("at", ["2026-11-23T14:03:05", "", "9999-99-99T00:00:00Z"])
def test_a_time_that_names_no_moment_is_left_out(at: str) -> None:
    assert taken(event(at=at)).at is None


def test_every_reason_says_what_to_do() -> None:
    assert all(";" in text or "settings" in text or "characters" in text for text in EXPLANATIONS.values())


@given(st.binary(max_size=300))
def test_no_bytes_at_all_raise(raw: bytes) -> None:
    assert isinstance(read_note(raw), Note | Rejection)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["incident_id", "text", "note_id", "at", "kind", "units", "status", "agency", "priority", "x"]
        ),
        json_values,
    )
)
def test_no_json_at_all_raises(fields: dict[str, object]) -> None:
    assert isinstance(read_note(json.dumps(fields).encode()), Note | Rejection)


@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=128))
def test_a_text_is_never_changed_on_the_way_in(text: str, incident_id: str) -> None:
    note = taken(json.dumps({"incident_id": incident_id, "text": text}).encode())
    assert (note.text, note.incident_id) == (text, incident_id)
