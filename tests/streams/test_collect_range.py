"""Which offsets are asked for, and that all of them are read or an error says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.errors import OffsetOutOfRangeError

from dutyline.errors import BrokerError, SettingsError
from streams.collect_range import Range, offsets_text, parse_bound, resolve
from streams.collect_read import read_range

TOPIC = "notes"


@dataclass
class FakeConsumer:
    """Partitions of records with their offsets and times; some offsets may have none."""

    held: Mapping[int, Mapping[int, int]]
    """The time of each record, by partition and offset."""
    begins: Mapping[int, int] = field(default_factory=dict)
    ends: Mapping[int, int] = field(default_factory=dict)
    at_once: int = 3
    silent: bool = False
    at: TopicPartition | None = None
    next: int = 0

    def beginning_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {each: self._begin(each.partition) for each in partitions}

    def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {each: self._end(each.partition) for each in partitions}

    def offsets_for_times(self, times: Mapping[TopicPartition, int]) -> dict[TopicPartition, object]:
        found: dict[TopicPartition, object] = {}
        for partition, moment in times.items():
            later = [o for o, t in self.held[partition.partition].items() if t >= moment]
            found[partition] = SimpleNamespace(offset=min(later)) if later else None
        return found

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        [self.at] = partitions

    def seek(self, partition: TopicPartition, offset: int) -> None:
        assert partition == self.at
        self.next = offset

    def position(self, partition: TopicPartition) -> int:
        return self.next

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[object]]:
        assert self.at is not None
        number = self.at.partition
        if self.next < self._begin(number):
            raise OffsetOutOfRangeError({self.at: self.next})
        if self.silent:
            return {}
        offsets = [offset for offset in self.held[number] if offset >= self.next][: self.at_once]
        self.next = offsets[-1] + 1 if len(offsets) == self.at_once else self._end(number)
        return {
            self.at: [
                SimpleNamespace(
                    topic=TOPIC, partition=number, offset=offset, key=b"k", value=b"%d" % offset, headers=[]
                )
                for offset in offsets
            ]
        }

    def _begin(self, number: int) -> int:
        return self.begins.get(number, min(self.held[number], default=0))

    def _end(self, number: int) -> int:
        return self.ends.get(number, max(self.held[number], default=-1) + 1)


def full(*ends: int) -> FakeConsumer:
    return FakeConsumer({number: {at: at * 1000 for at in range(end)} for number, end in enumerate(ends)})


@pytest.mark.parametrize("text", ["earliest", "latest", "0:120", "1:98,0:120", "2026-11-24T00:00:00-08:00"])
def test_a_bound_is_read(text: str) -> None:
    bound = parse_bound(text, "--from")
    assert bound == {"0:120": {0: 120}, "1:98,0:120": {0: 120, 1: 98}}.get(
        text, datetime.fromisoformat(text) if "T" in text else text
    )


@pytest.mark.parametrize(
    "text", ["", "first", "120", "0:1,", "0:-1", "0:1;1:2", "2026-11-24T00:00:00", "0:1,0:2"]
)
def test_what_is_no_bound_is_refused_with_the_option(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^--to: "):
        parse_bound(text, "--to")


def test_words_take_all_that_is_there() -> None:
    assert resolve(full(3, 0), TOPIC, 2, "earliest", "latest") == (Range(0, 0, 3), Range(1, 0, 0))


def test_a_time_takes_what_came_from_then_on_in_each_partition() -> None:
    since, until = (datetime.fromisoformat(f"1970-01-01T00:00:0{second}+00:00") for second in (2, 4))
    assert resolve(full(9, 3, 1), TOPIC, 3, since, until) == (Range(0, 2, 4), Range(1, 2, 3), Range(2, 1, 1))


@pytest.mark.parametrize(
    ("begin", "end", "error", "message"),
    [
        ({0: 1}, "latest", SettingsError, "partitions 0 to 1; give one offset for each"),
        ({0: 1, 1: 0, 2: 0}, "latest", SettingsError, "partitions 0 to 1; give one offset for each"),
        ({0: 4, 1: 5}, {0: 9, 1: 3}, SettingsError, "notes/1: the range ends at 3, before it begins at 5"),
        ({0: 1, 1: 5}, "latest", BrokerError, "notes/0 begins at offset 2 by now, 1 is gone"),
        ("earliest", {0: 10, 1: 9}, BrokerError, "notes/0 ends at offset 9, 10 is not there"),
    ],
)
def test_offsets_that_cannot_be_read_are_refused(
    begin: "dict[int, int]", end: "dict[int, int]", error: type[Exception], message: str
) -> None:
    reader = full(9, 9)
    reader.begins = {0: 2}
    with pytest.raises(error, match=message):
        resolve(reader, TOPIC, 2, begin, end)


def test_an_offset_that_goes_while_it_is_read_is_an_error() -> None:
    reader = full(9)
    reader.begins = {0: 4}
    with pytest.raises(BrokerError, match=r"notes/0: offset 2 went while it was read"):
        list(read_range(reader, TOPIC, [Range(0, 2, 9)]))


def test_a_broker_that_stops_answering_is_an_error() -> None:
    reader = full(9)
    reader.silent = True
    ticks = iter(range(0, 1000, 10))
    with pytest.raises(BrokerError, match=r"notes/0 cannot be read from offset 0 on"):
        list(read_range(reader, TOPIC, [Range(0, 0, 9)], clock=lambda: float(next(ticks))))


_HELD = st.lists(st.sets(st.integers(0, 30)), min_size=1, max_size=4)


@given(held=_HELD, data=st.data())
def test_every_record_of_a_range_is_read_once_in_order_and_no_other(
    held: list[set[int]], data: st.DataObject
) -> None:
    """Compacted topics have offsets without a record, also at the end."""
    reader = FakeConsumer(
        {number: dict.fromkeys(sorted(offsets), 0) for number, offsets in enumerate(held)},
        begins=dict.fromkeys(range(len(held)), 0),
        ends=dict.fromkeys(range(len(held)), 33),
        at_once=data.draw(st.integers(1, 5)),
    )
    edges = [sorted(data.draw(st.tuples(st.integers(0, 33), st.integers(0, 33)))) for _ in held]
    begin, end = ({number: edge[at] for number, edge in enumerate(edges)} for at in (0, 1))
    ranges = resolve(reader, TOPIC, len(held), begin, end)
    passed: list[int] = []
    found = [(each.partition, each.offset) for each in read_range(reader, TOPIC, ranges, passed.append)]
    assert found == [
        (number, offset)
        for number, offsets in enumerate(held)
        for offset in sorted(offsets)
        if begin[number] <= offset < end[number]
    ]
    assert sum(passed) == sum(each.offsets for each in ranges)
    assert parse_bound(offsets_text(ranges, "begin"), "--from") == begin
    assert parse_bound(offsets_text(ranges, "end"), "--to") == end
