"""What a line becomes: its bytes, its key, its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.feed_line import UNKEYED_PARTITION, partition_of, read_line


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_only_the_line_end_is_taken_off(end: bytes) -> None:
    value = b' {"text" : "x",\t"incident_id":"A-1"}  '
    fed = read_line(value + end)
    assert fed is not None
    assert (fed.value, fed.key, fed.readable) == (value, b"A-1", True)


@pytest.mark.parametrize("line", [b"", b"\n", b"\r\n", b" \t \n"])
def test_a_blank_line_is_nothing(line: bytes) -> None:
    assert read_line(line) is None


@pytest.mark.parametrize(
    ("event", "key"),
    [
        ({"incident_id": 12345, "text": "x"}, b"12345"),
        ({"incident_id": "\u00e9-7", "text": "x"}, "\u00e9-7".encode()),
    ],
)
def test_the_key_is_the_incident_id_in_utf8(event: dict[str, object], key: bytes) -> None:
    fed = read_line(json.dumps(event).encode())
    assert fed is not None
    assert (fed.key, fed.readable) == (key, True)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"incident_id": "A-1"}', b"A-1"),
        (b'{"incident_id": 7, "text": 5}', b"7"),
        (b'{"incident_id": "A-1", "text": ""}', b"A-1"),
        (b'{"text": "no incident"}', None),
        (b'{"incident_id": true}', None),
        (b'{"incident_id": ""}', None),
        (b'{"incident_id": "%s"}' % (b"x" * 129), None),
        (b'["incident_id"]', None),
        (b"not JSON", None),
        (b"\xff\xfe\x00", None),
        (b"[" * 100_000, None),
        (b"9" * 5000, None),
    ],
)
def test_an_unreadable_line_is_kept_under_its_incident_if_it_names_one(
    line: bytes, key: bytes | None
) -> None:
    fed = read_line(line)
    assert fed is not None
    assert (fed.value, fed.key, fed.readable, fed.at) == (line, key, False, None)


def test_a_time_that_cannot_be_read_is_no_time() -> None:
    fed = read_line(b'{"incident_id": "A", "text": "x", "at": "yesterday"}')
    assert fed is not None
    assert fed.at is None


@given(st.binary(max_size=200).filter(lambda line: b"\n" not in line))
def test_any_bytes_are_published_unchanged(line: bytes) -> None:
    fed = read_line(line + b"\r\n")
    assert fed.value == line if fed else not line.strip()


@pytest.mark.parametrize(
    ("key", "murmur2"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536)],
)
def test_partitions_are_those_of_kafkas_own_clients(key: bytes, murmur2: int) -> None:
    assert partition_of(key, 7) == (murmur2 & 0x7FFFFFFF) % 7


def test_lines_without_an_incident_share_a_partition() -> None:
    assert partition_of(None, 8) == UNKEYED_PARTITION
