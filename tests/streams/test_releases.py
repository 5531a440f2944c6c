"""Notices come, releases take their seats, and what cannot be taken up changes nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest
from support.fakes import PlainPolicy, PlainRuleBook, WordClassifier, plain_judge, read_words

from dutyline.assembly import Grounds
from dutyline.errors import ModelError
from dutyline.judgement.judge import Defaults
from dutyline.judgement.types import Classifier
from dutyline.settings import Settings
from models.notice import Notice, Role, encode, key_of
from streams import releases
from streams.keeper import Keeper, Partitions
from streams.outbox import Outbox
from streams.release_topic import Announcement
from streams.releases import Releases, Seat
from streams.seats import Seats
from streams.shadow import Shadow
from streams.shelf import Clock, Remembering

MANIFEST = "a" * 64


def notice(version: str, role: Role = "champion", at: str = "2026-11-24T10:00:00+00:00") -> Notice:
    return Notice(version=version, role=role, manifest_sha256=MANIFEST, model_sha256="b" * 64, released_at=at)


def on_topic(*notices: Notice) -> list[Announcement]:
    return [Announcement("models.released/0/1", key_of(each), encode(each)) for each in notices]


class Topic:
    """The topic as a test fills it; the pieces that were read are accounted for."""

    def __init__(self, *there: Announcement) -> None:
        self._pieces: asyncio.Queue[Sequence[Announcement]] = asyncio.Queue()
        self._pieces.put_nowait(there)

    async def read(self) -> AsyncIterator[Sequence[Announcement]]:
        while True:
            piece = await self._pieces.get()
            yield piece
            self._pieces.task_done()

    async def add(self, *announcements: Announcement) -> None:
        """Add some, and wait until they have been dealt with."""
        self._pieces.put_nowait(announcements)
        await self._pieces.join()


class Disk:
    """Releases by version; what is not there, or is bad, is refused."""

    def __init__(self, *versions: str) -> None:
        self.versions = set(versions)
        self.broken: dict[str, Exception] = {}
        self.asked: list[str] = []

    def load(self, announced: Notice) -> Classifier:
        self.asked.append(announced.version)
        if announced.version in self.broken:
            raise self.broken[announced.version]
        if announced.version not in self.versions:
            raise ModelError(f"{announced.version}: no such file")
        return WordClassifier(announced.identity)


class Bench:
    """Seats that follow a topic, with what was appointed."""

    def __init__(self, topic: Topic, disk: Disk, *, follows: bool = True, challenger: bool = True) -> None:
        self.appointed: list[str | None] = []
        self.topic, self.disk = topic, disk
        own = WordClassifier("installed+1")
        self.champion = Seat("champion", own, self._appoint, follows=follows, holder=own.version)
        self.challenger = Seat("challenger", None, self._appoint, follows=challenger)
        self.releases = Releases(topic, disk.load, [self.champion, self.challenger])
        self._task: asyncio.Task[None] | None = None

    async def _appoint(self, classifier: Classifier | None) -> None:
        self.appointed.append(classifier.version if classifier else None)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.releases.follow())
        await self.releases.wait_settled()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


async def test_the_newest_champion_that_was_announced_is_taken_up_at_the_start() -> None:
    topic = Topic(*on_topic(notice("A"), notice("B")))
    async with Bench(topic, Disk("A", "B")) as bench:
        assert bench.appointed == [notice("B").identity]
        assert bench.disk.asked == ["B"], "what is not taken up is not loaded"


async def test_nothing_is_loaded_again_that_has_the_seat() -> None:
    topic = Topic(*on_topic(notice("A")))
    async with Bench(topic, Disk("A")) as bench:
        await topic.add(*on_topic(notice("A", at="2026-11-24T11:00:00+00:00")))
        assert bench.disk.asked == ["A"]


async def test_without_notices_the_installed_model_stays() -> None:
    async with Bench(Topic(), Disk()) as bench:
        assert bench.appointed == []
        assert bench.champion.holder == "installed+1"


async def test_going_back_is_announcing_the_former_release_again() -> None:
    topic = Topic(*on_topic(notice("A"), notice("B")))
    async with Bench(topic, Disk("A", "B")) as bench:
        await topic.add(*on_topic(notice("A")))
        assert bench.champion.holder == notice("A").identity


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (ModelError("model.joblib: sha256 differs"), "sha256 differs"),
        (KeyError("never said"), "it fails to load (KeyError)"),
        (MemoryError(), "it fails to load (MemoryError)"),
    ],
)
async def test_a_bad_release_is_named_once_and_changes_nothing(
    trouble: Exception, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    topic = Topic(*on_topic(notice("A")))
    async with Bench(topic, Disk("A", "C")) as bench:
        bench.disk.broken["B"] = trouble
        await topic.add(*on_topic(notice("B")))
        await topic.add(*on_topic(notice("D", "challenger")))
        told = [message for message in caplog.messages if "champion B" in message]
        assert len(told) == 1
        assert reason in told[0]
        assert "never said" not in told[0]
        assert bench.champion.holder == notice("A").identity
        await topic.add(*on_topic(notice("C")))
        assert bench.champion.holder == notice("C").identity


async def test_a_bad_newest_release_leaves_a_starting_worker_with_what_the_others_have() -> None:
    running = Topic(*on_topic(notice("A")))
    async with Bench(running, Disk("A")) as bench:
        await running.add(*on_topic(notice("B")))
        other = bench.champion.holder
    async with Bench(Topic(*on_topic(notice("A"), notice("B"))), Disk("A")) as bench:
        assert bench.champion.holder == other == notice("A").identity


async def test_a_release_that_was_mended_is_taken_up_when_it_is_announced_again() -> None:
    topic = Topic(*on_topic(notice("A")))
    async with Bench(topic, Disk()) as bench:
        assert bench.champion.holder == "installed+1"
        bench.disk.versions.add("A")
        await topic.add(*on_topic(notice("A")))
        assert bench.champion.holder == notice("A").identity


@pytest.mark.parametrize(
    "bad",
    [
        Announcement("models.released/0/7", b"B", b"{"),
        Announcement("models.released/0/7", b"B", b""),
        Announcement("models.released/0/7", None, encode(notice("B"))),
        Announcement("models.released/0/7", b"A", encode(notice("B"))),
        Announcement("models.released/0/7", b"\xff" * 500, b"\xff" * 100_000),
    ],
)
async def test_what_is_no_notice_is_told_with_its_place(
    bad: Announcement, caplog: pytest.LogCaptureFixture
) -> None:
    topic = Topic(*on_topic(notice("A")))
    async with Bench(topic, Disk("A", "B")) as bench:
        await topic.add(bad)
        [told] = [message for message in caplog.messages if "models.released/0/7" in message]
        assert len(told) < 400
        assert bench.champion.holder == notice("A").identity


async def test_a_withdrawn_release_gives_way_to_the_one_before() -> None:
    topic = Topic(*on_topic(notice("A"), notice("B")))
    async with Bench(topic, Disk("A", "B")) as bench:
        await topic.add(Announcement("models.released/0/2", b"B", None))
        assert bench.champion.holder == notice("A").identity
        await topic.add(Announcement("models.released/0/3", b"A", None))
        assert bench.champion.holder == "installed+1"


async def test_a_pinned_seat_says_so_and_is_not_changed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    topic = Topic(*on_topic(notice("A")))
    async with Bench(topic, Disk("A"), follows=False) as bench:
        assert bench.champion.holder == "installed+1"
        assert sum("pinned to installed+1" in message for message in caplog.messages) == 1


async def test_a_challenger_comes_and_goes_with_its_notices() -> None:
    topic = Topic(*on_topic(notice("B", "challenger")))
    async with Bench(topic, Disk("B", "C")) as bench:
        assert bench.challenger.holder == notice("B").identity
        await topic.add(*on_topic(notice("C", "challenger")))
        assert bench.challenger.holder == notice("C").identity
        await topic.add(*on_topic(notice("C")))
        assert (bench.champion.holder, bench.challenger.holder) == (notice("C").identity, None)


async def test_a_topic_that_does_not_answer_holds_up_no_worker_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Silent:
        async def read(self) -> AsyncIterator[Sequence[Announcement]]:
            await asyncio.Event().wait()
            yield ()

    monkeypatch.setattr(releases, "FIRST_READING", 0.01)
    seat = Seat("champion", WordClassifier(), lambda _: asyncio.sleep(0))
    waiting = Releases(Silent(), Disk().load, [seat])
    task = asyncio.create_task(waiting.follow())
    await waiting.wait_settled()
    task.cancel()
    assert not waiting.settled
    assert any("could not be looked up" in message for message in caplog.messages)


class Empty:
    async def read(self, partitions: Collection[int]) -> Partitions:
        return {number: (0, {}) for number in partitions}


def grounds() -> Grounds:
    return Grounds(
        read=read_words,
        rules=PlainRuleBook(),
        policies={"reference": PlainPolicy()},
        defaults=Defaults("US-WA", "reference"),
        cues_version="plain-cues-1",
    )


async def test_a_champion_waits_for_the_batch_in_hand() -> None:
    keeper = Keeper(plain_judge(), Empty(), Remembering(), lambda: Clock(0.0, 0.0))
    shelf, turn = await keeper.shelf_for(0, 0, 1), asyncio.Lock()
    shadow = Shadow(Outbox(bootstrap="nowhere:1", timeout=1.0), "shadow")
    seats = Seats.fill(Settings(), grounds(), WordClassifier(), keeper=keeper, shadow=shadow, turn=turn)
    before = shelf._desk.judge
    async with turn:
        swap = asyncio.create_task(seats.champion.give_to(WordClassifier("words-2")))
        await asyncio.sleep(0)
        assert shelf._desk.judge is before
        assert seats.champion.holder == "words-1"
    await swap
    assert shelf._desk.judge is not before
    assert seats.champion.holder == "words-2"
    assert seats.challenger is None


@pytest.mark.parametrize("challenger", ["challenger", "no-such-version", "../../etc"])
async def test_a_challenger_that_is_not_there_keeps_no_worker_from_starting(
    challenger: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    keeper = Keeper(plain_judge(), Empty(), Remembering(), lambda: Clock(0.0, 0.0))
    shadow = Shadow(Outbox(bootstrap="nowhere:1", timeout=1.0), "shadow")
    settings = Settings(challenger=challenger, models_dir=tmp_path)
    seats = Seats.fill(
        settings, grounds(), WordClassifier(), keeper=keeper, shadow=shadow, turn=asyncio.Lock()
    )
    assert seats.challenger is not None
    assert seats.challenger.holder is None
    assert len([message for message in caplog.messages if "challenger" in message]) == 1


async def test_another_judge_takes_over_the_incidents_that_are_held() -> None:
    keeper = Keeper(plain_judge(), Empty(), Remembering(), lambda: Clock(0.0, 0.0))
    held = await keeper.shelf_for(0, 0, 1)
    new = plain_judge(WordClassifier("words-2"))
    keeper.judge_by(new)
    later = await keeper.shelf_for(1, 0, 1)
    assert held._desk.judge is later._desk.judge is new
