"""From records to a data set: every note once, in its incident's order, and every loss counted."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutyline.desk import Arrival
from dutyline.notes.event import Note
from dutyline.notes.reading import Rejection, read_note
from streams.collect_group import (
    CollectedIncident,
    Labelled,
    gather_notes,
    gather_outcomes,
    in_one_line,
    incidents,
)
from streams.intake import CAME_FROM, Source, sort_record
from streams.outbox import Letter
from training.dispositions import dispositions


def record(
    offset: int, value: bytes | None, *, key: bytes | None, partition: int = 0, came: str = ""
) -> Source:
    headers = ((CAME_FROM, came.encode()),) if came else ()
    return Source("notes", partition, offset, key, value, headers)


def note(offset: int, incident: str, text: str, **fields: object) -> Source:
    value = json.dumps({"incident_id": incident, "text": text, **fields}).encode()
    return record(offset, value, key=incident.encode())


def outcome(offset: int, incident: str, **fields: object) -> Source:
    event = {"incident_id": incident, "at": "2026-11-24T10:00:00Z", "action": "closed", **fields}
    return Source("outcomes", 0, offset, incident.encode(), json.dumps(event).encode())


def texts(lines: list[bytes]) -> list[str]:
    return [json.loads(line)["text"] for line in lines]


def test_notes_are_grouped_by_incident_in_the_order_of_their_offsets() -> None:
    found = gather_notes([note(0, "B", "one"), note(1, "A", "two"), note(2, "B", "three")])
    assert {name: texts(lines) for name, lines in found.lines.items()} == {
        "B": ["one", "three"],
        "A": ["two"],
    }
    assert list(found.lines) == ["B", "A"]
    assert (found.records, found.notes) == (3, 3)


def test_an_events_bytes_are_kept_as_they_were_read() -> None:
    value = b'{"incident_id":"A" , "text":"\\ud83d X\xc3\xa9","extra":{"a":[1]}}'
    assert gather_notes([record(0, value, key=b"A")]).lines == {"A": [value]}


def test_a_note_id_counts_once_in_its_incident() -> None:
    found = gather_notes(
        [
            note(0, "A", "one", note_id="1"),
            note(1, "A", "another", note_id="1"),
            note(2, "B", "one", note_id="1"),
            note(3, "A", "no id"),
            note(4, "A", "no id"),
        ]
    )
    assert texts(found.lines["A"]) == ["one", "no id", "no id"]
    assert texts(found.lines["B"]) == ["one"]
    assert (found.notes, found.repeated) == (4, 1)


def test_what_is_no_note_is_counted_by_its_reason() -> None:
    found = gather_notes([record(0, None, key=b"A"), record(1, b"{", key=b"A"), record(2, b"{", key=None)])
    assert found.rejected == {"empty_event": 1, "invalid_json": 2}
    assert (found.records, found.notes, found.lines) == (3, 0, {})


def test_a_note_that_a_worker_sent_home_counts_where_it_came_to() -> None:
    value = b'{"incident_id": "A", "text": "stray"}'
    found = gather_notes(
        [
            record(0, value, key=b"WRONG"),
            note(1, "A", "later"),
            record(2, value, key=b"A", came="notes/0/0"),
            record(3, value, key=b"A", came="notes/0/0"),
        ]
    )
    assert texts(found.lines["A"]) == ["later", "stray"]
    assert (found.wrong_key, found.not_sent_home, found.repeated) == (1, 0, 1)


@pytest.mark.parametrize("came_from", [b"\xff", None])
def test_a_header_that_anyone_wrote_stops_nothing(came_from: bytes | None) -> None:
    value = b'{"incident_id": "A", "text": "one"}'
    headers = ((CAME_FROM, came_from),)
    found = gather_notes([Source("notes", 0, 0, b"A", value, headers)])  # type: ignore[arg-type]
    assert texts(found.lines["A"]) == ["one"]


def test_a_note_that_nobody_sent_home_yet_comes_last_in_its_incident() -> None:
    stray = b'{"incident_id": "A", "text": "stray"}'
    found = gather_notes([record(0, stray, key=None), note(1, "A", "later")])
    assert texts(found.lines["A"]) == ["later", "stray"]
    assert (found.notes, found.wrong_key, found.not_sent_home) == (2, 1, 1)


def test_an_event_over_several_lines_becomes_one_that_reads_the_same() -> None:
    event = b'\xef\xbb\xbf{\r\n "incident_id": "A",\n "text": "one\ntwo \\" \\\\"\n}\n'
    line = in_one_line(event)
    assert b"\n" not in line
    assert read_note(line) == read_note(event)
    assert texts([line]) == ['one\ntwo " \\']


def test_an_outcome_published_twice_counts_once() -> None:
    found = gather_outcomes(
        [
            outcome(0, "A", disposition="ARREST"),
            outcome(1, "A", disposition="ARREST"),
            outcome(2, "A", disposition="REPORT"),
            outcome(3, "A"),
        ]
    )
    assert (len(found.lines), found.repeated, found.rejected) == (2, 1, {"not_an_outcome": 1})
    assert [each.disposition for each in found.by_incident["A"]] == ["ARREST", "REPORT"]


def collected(notes: list[Source], outcomes: list[Source]) -> tuple[list[CollectedIncident], Labelled]:
    labelled = Labelled()
    ended = gather_outcomes(outcomes).by_incident
    return list(incidents(gather_notes(notes), ended, dispositions(), labelled)), labelled


def test_an_incident_has_the_newest_of_what_its_notes_say_and_what_its_disposition_tells() -> None:
    notes = [
        note(0, "A", "NOISE", call_type="NOISE", jurisdiction="US-CA"),
        note(1, "A", "PREMISE HX: DOG", call_type="FIGHT", agency="charleston"),
        note(2, "A", "CLR", kind="system"),
        note(3, "B", "X"),
        note(4, "C", "X"),
    ]
    [one, two, three], labelled = collected(
        notes, [outcome(0, "A", disposition="3-ARREST"), outcome(1, "B", disposition="WHO KNOWS")]
    )
    assert (one.id, one.call_type, one.region, one.agency) == ("A", "FIGHT", "US-CA", "charleston")
    assert one.kinds == ["call_taker", "premise_history", "system"]
    assert one.weak_labels == {"no_crime": False}
    assert one.weak_labels_from["no_crime"].disposition == "3-ARREST"
    assert (two.weak_labels, three.weak_labels) == ({}, {})
    assert (labelled.closed, labelled.unknown, labelled.labels) == (2, 1, {"no_crime false": 1})


_NOTES = st.builds(
    lambda incident, text, name: json.dumps(
        {"incident_id": incident, "text": text, **({"note_id": name} if name else {})}
    ).encode(),
    st.sampled_from(["A", "B", "\u00e9"]),
    st.text(min_size=1, max_size=8),
    st.sampled_from(["", "", "1", "2"]),
)
_RECORDS = st.lists(
    st.tuples(_NOTES | st.binary(max_size=12), st.sampled_from([None, b"A", b"B", "\u00e9".encode()])),
    max_size=25,
)


@given(_RECORDS)
def test_every_record_is_counted_in_exactly_one_way(given_records: list[tuple[bytes, bytes | None]]) -> None:
    sources = [record(at, value, key=key) for at, (value, key) in enumerate(given_records)]
    found = gather_notes(sources)
    assert found.records == found.notes + found.repeated + found.rejected.total() == len(sources)
    assert found.notes == sum(map(len, found.lines.values()))
    for name, lines in found.lines.items():
        read = [read_note(line) for line in lines]
        assert all(isinstance(each, Note) and each.incident_id == name for each in read)
        ids = Counter(each.note_id for each in read if isinstance(each, Note) and each.note_id)
        assert all(count == 1 for count in ids.values())


@given(_RECORDS)
def test_an_incidents_notes_keep_the_order_in_which_the_worker_meets_them(
    given_records: list[tuple[bytes, bytes | None]],
) -> None:
    sources = [record(at, value, key=key) for at, (value, key) in enumerate(given_records)]
    sent_home, met = [], []
    for source in sources:
        match sort_record(source):
            case Letter():
                sent_home.append(source.value)
            case Arrival():
                met.append(source.value)
            case Rejection():
                pass
    order = [in_one_line(value) for value in (*met, *sent_home) if value is not None]
    for lines in gather_notes(sources).lines.values():
        places = iter(order)
        assert all(line in places for line in lines)


@given(st.binary(max_size=40) | _NOTES.map(lambda line: line.replace(b" ", b"\n")))
def test_any_event_reads_the_same_in_one_line(event: bytes) -> None:
    if isinstance(before := read_note(event), Note):
        line = in_one_line(event)
        assert b"\n" not in line
        assert read_note(line) == before
