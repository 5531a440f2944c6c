"""Batches of records: every one is accounted for, in order, before it counts as done."""

import json
from collections.abc import Collection, Sequence

import pytest
from support.fakes import plain_judge

from dutyline.errors import BrokerError
from streams.intake import CAME_FROM, Source
from streams.keeper import Keeper, Partitions
from streams.outbox import Letter
from streams.router import Delivery, Router, Topics
from streams.shelf import Clock, Remembering

TOPICS = Topics("suggestions", "rejected", "incidents")


class Topic:
    """The state topic, read back by partition."""

    def __init__(self) -> None:
        self.newest: dict[int, dict[bytes, bytes]] = {}
        self.reads: list[Collection[int]] = []

    async def read(self, partitions: Collection[int]) -> Partitions:
        self.reads.append(sorted(partitions))
        return {number: (0, dict(self.newest.get(number, {}))) for number in partitions}


class Box:
    """Takes letters as the broker would, until it is broken."""

    def __init__(self, topic: Topic) -> None:
        self.letters: list[Letter] = []
        self.broken = False
        self._topic = topic

    async def deliver(self, letters: Sequence[Letter]) -> None:
        if self.broken:
            raise BrokerError("gone")
        self.letters += letters
        for letter in letters:
            if letter.topic == TOPICS.incidents:
                assert letter.partition is not None
                assert letter.key is not None
                assert letter.value is not None
                self._topic.newest.setdefault(letter.partition, {})[letter.key] = letter.value

    def values(self, topic: str) -> list[dict[str, object]]:
        return [json.loads(letter.value or b"") for letter in self.letters if letter.topic == topic]

    def ids(self) -> list[object]:
        return [value["suggestion_id"] for value in self.values("suggestions")]


class Bench:
    """A router on stand-ins."""

    def __init__(self, topic: Topic | None = None) -> None:
        self.topic = topic or Topic()
        self.box = Box(self.topic)
        keeper = Keeper(plain_judge(), self.topic, Remembering(), lambda: Clock(0.0, 0.0))
        self.router = Router(
            keeper=keeper,
            outbox=self.box,  # type: ignore[arg-type] # a stand-in with the one method that is used
            topics=TOPICS,
            clock=lambda: Clock(0.0, 0.0),
            issued_at=lambda: "now",
        )

    async def deal(self, *deliveries: Delivery) -> list[int]:
        return [count async for count in self.router.deal_with(deliveries)]


def delivery(
    offset: int,
    value: bytes | None = None,
    *,
    key: bytes | None = b"I",
    partition: int = 0,
    generation: int = 1,
    **fields: object,
) -> Delivery:
    body = value
    if value is None and fields is not None:
        body = json.dumps({"incident_id": "I", "text": f"LINE {offset}", **fields}).encode()
    return Delivery(Source("cad.notes", partition, offset, key, body), generation)


async def test_each_record_of_a_batch_is_accounted_for() -> None:
    bench = Bench()
    done = await bench.deal(
        delivery(0, note_id="a"),
        delivery(1, note_id="a"),
        delivery(2, b"\xff"),
        delivery(3, key=b"wrong"),
        delivery(4, text="hazard:weapon"),
    )
    tally = bench.router.tally
    assert done == [5]
    assert (tally.notes, tally.duplicates, tally.rejected, tally.sent_home) == (2, 1, {"invalid_utf8": 1}, 1)


async def test_a_rejected_record_keeps_its_bytes_and_says_where_it_came_from() -> None:
    bench = Bench()
    await bench.deal(delivery(7, b'{"text": "\xff"}', key=b"\x00k", partition=3))
    [letter] = bench.box.letters
    assert (letter.topic, letter.key, letter.value) == ("rejected", b"\x00k", b'{"text": "\xff"}')
    headers = dict(letter.headers)
    assert (headers["reason"], headers["topic"]) == (b"invalid_utf8", b"cad.notes")
    assert (headers["partition"], headers["offset"]) == (b"3", b"7")


async def test_a_record_with_neither_key_nor_value_can_still_be_rejected() -> None:
    bench = Bench()
    await bench.deal(Delivery(Source("cad.notes", 0, 0, None, None), 1))
    [letter] = bench.box.letters
    assert letter.value == b""
    assert dict(letter.headers)["reason"] == b"empty_event"


async def test_a_note_under_a_wrong_key_is_put_back_under_its_incidents() -> None:
    bench = Bench()
    await bench.deal(delivery(3, key=None))
    [letter] = bench.box.letters
    assert (letter.topic, letter.key) == ("cad.notes", b"I")
    assert (CAME_FROM, b"cad.notes/0/3") in letter.headers


async def test_a_note_put_back_twice_counts_once() -> None:
    bench = Bench()
    value = b'{"incident_id": "I", "text": "X"}'
    home = (CAME_FROM, b"cad.notes/1/9")
    twice = [Delivery(Source("cad.notes", 0, offset, b"I", value, (home,)), 1) for offset in (0, 1)]
    await bench.deal(*twice)
    assert (bench.router.tally.notes, bench.router.tally.duplicates) == (1, 1)


async def test_state_goes_to_the_partition_of_its_note() -> None:
    bench = Bench()
    await bench.deal(delivery(0, partition=2))
    assert [letter.partition for letter in bench.box.letters if letter.topic == "incidents"] == [2]


async def test_nothing_counts_as_done_that_the_broker_did_not_confirm() -> None:
    bench = Bench()
    bench.box.broken = True
    with pytest.raises(BrokerError):
        await bench.deal(delivery(0))


async def test_a_note_delivered_again_gives_the_same_suggestion_under_the_same_id() -> None:
    bench = Bench()
    await bench.deal(delivery(0), delivery(1, text="hazard:weapon"))
    first = list(bench.box.values("suggestions"))
    await bench.deal(delivery(0, generation=2), delivery(1, text="hazard:weapon", generation=2))
    assert bench.box.values("suggestions") == first * 2
    assert bench.box.ids() == ["I:1", "I:2", "I:1", "I:2"]


async def test_a_batch_that_spans_a_rebalance_is_cut_where_notes_come_again() -> None:
    bench = Bench()
    done = await bench.deal(
        delivery(0),
        delivery(1, text="hazard:weapon"),
        delivery(1, text="hazard:weapon", generation=2),
        delivery(2, generation=2),
    )
    assert done == [2, 2]
    assert bench.box.ids() == ["I:1", "I:2", "I:2"]


async def test_a_worker_that_takes_over_goes_on_with_the_revision() -> None:
    before = Bench()
    await before.deal(delivery(0), delivery(1, text="hazard:weapon"))
    after = Bench(before.topic)
    await after.deal(delivery(2, text="mental_health"))
    assert after.box.ids() == ["I:3"]


async def test_a_partition_that_was_elsewhere_in_between_is_read_again() -> None:
    ours, theirs = Bench(), None
    await ours.deal(delivery(0))
    theirs = Bench(ours.topic)
    await theirs.deal(delivery(1, text="hazard:weapon", generation=2))
    await ours.deal(delivery(2, text="mental_health", generation=3))
    assert ours.box.ids() == ["I:1", "I:3"]


async def test_a_worker_does_not_read_its_state_anew_while_it_keeps_its_partitions() -> None:
    bench = Bench()
    for offset in range(5):
        await bench.deal(delivery(offset))
    assert bench.topic.reads == [[0]]
