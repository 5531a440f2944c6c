"""The challenger's opinion goes to its own topic and is never in the way of a note."""

import asyncio
import json
import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

import pytest
from support.fakes import WordClassifier, plain_judge

from dutyline.errors import BrokerError
from dutyline.judgement.types import IncidentText, Score
from streams import shadow as shadow_module
from streams.intake import Source
from streams.keeper import Keeper, Partitions
from streams.outbox import Letter
from streams.router import Delivery, Router, Topics
from streams.shadow import Shadow
from streams.shelf import Clock, Remembering

TOPICS = Topics("suggestions", "rejected", "incidents")
LINES = ["RP ADV", "needs_police", "hazard:weapon", "NOTHING NEW", "mental_health"]


class Box:
    """Takes letters, unless it is broken."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.broken = False

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def deliver(self, letters: Sequence[Letter]) -> None:
        if self.broken:
            raise BrokerError("gone")
        self.letters += letters


class Opposite(WordClassifier):
    """Sees police needed where the champion does not, and the other way round."""

    def _score(self, incident: IncidentText) -> Mapping[str, Score]:
        scores = dict(super()._score(incident))
        needed = scores["needs_police"].verdict == "yes"
        scores["needs_police"] = Score(0.1, "no") if needed else Score(0.9, "yes")
        return scores


class Failing(WordClassifier):
    def score(self, incidents: Sequence[IncidentText]) -> list[Mapping[str, Score]]:
        raise ValueError(incidents[0].lines[0].text)


class Stuck(WordClassifier):
    """Scores nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__("stuck-1")
        self.began, self.go = threading.Event(), threading.Event()

    def score(self, incidents: Sequence[IncidentText]) -> list[Mapping[str, Score]]:
        self.began.set()
        self.go.wait(30)
        return super().score(incidents)


class Empty:
    async def read(self, partitions: Collection[int]) -> Partitions:
        return {number: (0, {}) for number in partitions}


class Bench:
    """A router with a shadow, on stand-ins."""

    def __init__(self, challenger: WordClassifier | None) -> None:
        self.main, self.aside = Box(), Box()
        self.shadow = Shadow(self.aside, "shadow")  # type: ignore[arg-type] # a stand-in
        if challenger is not None:
            self.shadow.judge_by(plain_judge(challenger))
        self.router = Router(
            keeper=Keeper(plain_judge(), Empty(), Remembering(), lambda: Clock(0.0, 0.0)),
            outbox=self.main,  # type: ignore[arg-type] # a stand-in with the one method that is used
            topics=TOPICS,
            shadow=self.shadow,
            clock=lambda: Clock(0.0, 0.0),
            issued_at=lambda: "now",
        )
        self._offset = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.shadow.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def deal(self, *texts: str, incident_id: str = "I") -> None:
        """Take notes in one batch; the shadow is not waited for."""
        batch = []
        for text in texts:
            event = json.dumps({"incident_id": incident_id, "text": text}).encode()
            batch.append(Delivery(Source("notes", 0, self._offset, incident_id.encode(), event), 1))
            self._offset += 1
        done = [count async for count in self.router.deal_with(batch)]
        assert done == [len(texts)]

    async def opinions(self) -> list[dict[str, Any]]:
        """Wait for the shadow; give all that it published."""
        await self.shadow._idle.wait()
        return [json.loads(letter.value or b"") for letter in self.aside.letters]


@pytest.mark.parametrize("challenger", [Opposite("words-2"), Failing("words-3")])
async def test_what_a_worker_publishes_is_the_same_byte_for_byte_with_a_challenger(
    challenger: WordClassifier,
) -> None:
    async with Bench(None) as alone, Bench(challenger) as watched:
        for bench in (alone, watched):
            await bench.deal(*LINES)
            await bench.deal("hazard:weapon", incident_id="J")
        await watched.opinions()
        assert watched.main.letters == alone.main.letters
        assert alone.main.letters
        assert alone.aside.letters == []


async def test_the_challengers_suggestions_have_the_same_form_and_their_own_topic() -> None:
    async with Bench(Opposite("words-2")) as bench:
        await bench.deal("RP ADV")
        [opinion] = await bench.opinions()
    [letter] = bench.aside.letters
    [suggestion] = [
        json.loads(each.value or b"") for each in bench.main.letters if each.topic == "suggestions"
    ]
    assert (letter.topic, letter.key) == ("shadow", b"I")
    assert opinion.keys() == suggestion.keys()
    assert (opinion["versions"]["model"], suggestion["versions"]["model"]) == ("words-2", "words-1")
    assert (opinion["responders"], suggestion["responders"]) == (["police"], ["clinician"])
    assert opinion["through"] == suggestion["through"]


async def test_the_challenger_repeats_nothing_that_did_not_change() -> None:
    async with Bench(Opposite("words-2")) as bench:
        for text in ("RP ADV", "NOTHING NEW", "needs_police", "NOTHING NEW"):
            await bench.deal(text)
        opinions = await bench.opinions()
    assert [(each["revision"], each["responders"]) for each in opinions] == [
        (1, ["police"]),
        (2, ["clinician"]),
    ]
    assert opinions[1]["changed"] == ["responders", "response", "level"]


async def test_another_challenger_says_everything_anew() -> None:
    async with Bench(Opposite("words-2")) as bench:
        await bench.deal("RP ADV")
        await bench.opinions()
        bench.shadow.judge_by(plain_judge(Opposite("words-3")))
        await bench.deal("NOTHING NEW")
        opinions = await bench.opinions()
    assert [each["versions"]["model"] for each in opinions] == ["words-2", "words-3"]
    assert "responders" in opinions[1]["changed"]


async def test_a_challenger_that_fails_is_told_of_once_and_without_a_word_of_a_note(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Bench(Failing()) as bench:
        for _ in range(3):
            await bench.deal("CANARY")
            assert await bench.opinions() == []
        assert bench.shadow.left_out == 3
        assert bench.router.tally.notes == 3
    assert len(caplog.messages) == 1
    assert "ValueError" in caplog.messages[0]
    assert "CANARY" not in caplog.text


async def test_a_shadow_topic_that_takes_nothing_costs_no_note(caplog: pytest.LogCaptureFixture) -> None:
    async with Bench(Opposite()) as bench:
        bench.aside.broken = True
        for _ in range(2):
            await bench.deal("RP ADV")
            await bench.opinions()
        assert (bench.router.tally.notes, bench.shadow.left_out) == (2, 2)
        bench.aside.broken = False
        await bench.deal("needs_police")
        assert len(await bench.opinions()) == 1
    assert len(caplog.messages) == 1


async def test_a_challenger_that_is_too_slow_holds_up_no_note(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow_module, "WAITING_MOST", 3)
    stuck = Stuck()
    async with Bench(stuck) as bench:
        await bench.deal("RP ADV")
        await asyncio.to_thread(stuck.began.wait, 30)
        for number in range(5):
            await bench.deal(f"LINE {number}")
        assert bench.router.tally.notes == 6, "though the challenger has not answered once"
        assert bench.shadow.left_out == 2
        stuck.go.set()
        assert len(await bench.opinions()) == 1
    assert len([message for message in caplog.messages if "too slow" in message]) == 1


async def test_a_worker_that_stops_waits_only_a_moment_for_the_challenger(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shadow_module, "_LAST_WORDS", 0.01)
    stuck = Stuck()
    async with Bench(stuck) as bench:
        await bench.deal("RP ADV")
        await bench.shadow.stop()
        assert any("told to stop" in message for message in caplog.messages)
        stuck.go.set()
