"""The made-up notes of the measurement, and what is right about the suggestions made of them."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TEXT = "RP ADVSD OFCRS ENRT, STAYING INSIDE W/ DOOR LOCKED, NO WPNS SEEN"
"""A note of ordinary length; what it says does not matter here."""


@dataclass(frozen=True, slots=True)
class Note:
    """The `number`-th note, from 1, of an incident."""

    incident: str
    number: int

    def key(self) -> bytes:
        """Give the record's key, which keeps an incident in one partition."""
        return self.incident.encode()

    def value(self, text: str = TEXT) -> bytes:
        """Give the record's value, much like a note event of the contract."""
        body = {
            "incident_id": self.incident,
            "note_id": f"{self.incident}-{self.number}",
            "n": self.number,
            "text": text,
        }
        return json.dumps(body).encode()


def interleaved(seed: int, lengths: Sequence[int], *, open_at_once: int = 60) -> Iterator[Note]:
    """Yield the notes of many incidents, each in order, mixed as several call-takers mix them.

    Args:
        seed: The same seed gives the same notes in the same order.
        lengths: How many notes each incident has.
        open_at_once: How many incidents are being typed at any moment.
    """
    dice = random.Random(seed)  # noqa: S311 - a repeatable load, not a secret
    waiting = [(f"{seed}-{number:06d}", length) for number, length in enumerate(lengths)]
    waiting.reverse()
    typing: list[tuple[str, int, int]] = []
    while waiting or typing:
        while waiting and len(typing) < open_at_once:
            incident, length = waiting.pop()
            typing.append((incident, length, 0))
        chosen = dice.randrange(len(typing))
        incident, length, typed = typing[chosen]
        yield Note(incident, typed + 1)
        if typed + 1 == length:
            typing[chosen] = typing[-1]
            typing.pop()
        else:
            typing[chosen] = (incident, length, typed + 1)


def lengths_adding_to(total: int, *, seed: int) -> list[int]:
    """Draw incident lengths from 1 to 25 notes until they add up to `total`."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable load, not a secret
    lengths: list[int] = []
    left = total
    while left:
        lengths.append(min(left, dice.randint(1, 25)))
        left -= lengths[-1]
    return lengths


def suggestion(incident: str, numbers: Sequence[int]) -> bytes:
    """Make the output of an incident's notes so far: a pure function of them, as a judgement is."""
    body = {
        "suggestion_id": f"{incident}:{len(numbers)}",
        "incident_id": incident,
        "revision": len(numbers),
        "through": numbers[-1],
        "seen": list(numbers),
    }
    return json.dumps(body).encode()


@dataclass(slots=True)
class Verdict:
    """What was wrong with the suggestions of a run; all zeros is right."""

    incidents: int = 0
    notes: int = 0
    wrong_at_the_end: int = 0
    """Incidents whose newest suggestion does not rest on exactly their notes, each once, in order."""
    lost_updates: int = 0
    """Notes that the newest suggestion of their incident does not know of."""
    counted_twice: int = 0
    """Notes that the newest suggestion of their incident counts more than once."""
    stale_last: int = 0
    """Incidents whose last record is not the newest suggestion, the one of the highest revision."""
    never_answered: int = 0
    """Notes that no suggestion was ever made for."""
    wrong_revisions: int = 0
    """Suggestions of any moment that do not rest on exactly the notes up to theirs."""
    repeated: int = 0
    """Suggestions published more than once, alike: allowed, consumers drop them by their id."""


def judge(truth: dict[str, int], published: Sequence[bytes]) -> Verdict:
    """Compare what was published with the truth.

    Args:
        truth: How many notes each incident has.
        published: The suggestions, those of one incident in the order of publication.
    """
    verdict = Verdict(incidents=len(truth), notes=sum(truth.values()))
    newest: dict[str, list[int]] = {}
    last: dict[str, list[int]] = {}
    answered: set[tuple[str, int]] = set()
    seen_values: set[bytes] = set()
    for value in published:
        body = json.loads(value)
        incident, through, seen = body["incident_id"], body["through"], body["seen"]
        last[incident] = seen
        if len(seen) >= len(newest.get(incident, ())):
            newest[incident] = seen
        answered.add((incident, through))
        verdict.wrong_revisions += seen != list(range(1, through + 1))
        verdict.repeated += value in seen_values
        seen_values.add(value)
    for incident, length in truth.items():
        seen = newest.get(incident, [])
        verdict.stale_last += last.get(incident, []) != seen
        verdict.wrong_at_the_end += seen != list(range(1, length + 1))
        verdict.lost_updates += length - len(set(seen))
        verdict.counted_twice += len(seen) - len(set(seen))
        verdict.never_answered += sum((incident, n) not in answered for n in range(1, length + 1))
    return verdict
