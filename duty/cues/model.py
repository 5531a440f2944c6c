"""What a lexicon is made of, and what reading a line with it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from duty.conditions import Condition

Status = Literal["stated", "denied", "hedged", "historical", "hypothetical", "cleared", "doubted"]
"""How a line means a target that it names: `cleared` ends what was stated before, `doubted`
makes it uncertain again."""
Gives = Literal["cue", "hazard", "request", "fact"]
"""What a target is for; a fact only feeds derivations."""

EFFECTS: Final[Mapping[str, Status | Literal["shielded"]]] = {
    "states": "stated",
    "denies": "denied",
    "hedges": "hedged",
    "clears": "cleared",
    "doubts": "doubted",
    "shields": "shielded",
}
"""The effect that an entry may have, and the status that its words give a target."""
MARKS: Final = ("negated", "hedged", "historical", "hypothetical")
"""What a modifier may say of a target near it, the strongest first."""
MARK_STATUS: Final[Mapping[str, Status]] = {
    "negated": "denied",
    "historical": "historical",
    "hypothetical": "hypothetical",
    "hedged": "hedged",
}
STANDINGS: Final = ("present", "denied", "hedged", "historical", "unsaid")
"""How a target stands in an incident once all its lines are put together."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Phrases with one effect on one target; `heeds` names the marks that apply to them."""

    target: str
    id: str
    effect: str
    patterns: tuple[str, ...]
    heeds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Modifier:
    """Words that change how a target near them is meant."""

    id: str
    mark: str
    reach: Literal["forward", "backward"]
    words: int
    """How many words may stand between the modifier and the target."""
    patterns: tuple[str, ...]
    stops_at_subject: bool
    """A new subject or verb (`HE HAS`) ends the reach, as it does for a bare `NO`."""
    only: frozenset[str]
    """The targets that it applies to; empty for all."""
    spares: frozenset[str]


SIGNS: Final = ("turn", "subject", "shield", "correction", "retraction")
"""A `turn` (but, now) ends every reach, a `subject` (he has) some; a `shield` hides the
modifiers in it (no longer); a `correction` lets the line's denials clear what was stated
before; a `retraction` takes back the line before."""


@dataclass(frozen=True, slots=True)
class Target:
    """A cue, hazard, request or fact, and how what is said of it is put together."""

    name: str
    gives: Gives
    entries: tuple[Entry, ...]
    informed_by: frozenset[str]
    """The kinds of line that count for it besides the call-taker's, dispatcher's and caller's."""
    denial_doubts: bool
    """A denial after a statement makes it uncertain; otherwise the statement stands."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A target that follows from others."""

    id: str
    target: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Mention:
    """A target named in a line, and how it is meant; `text[start:end]` are the words."""

    target: str
    entry: str
    status: Status
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LineReading:
    """What one line says by itself, in the order of its words."""

    mentions: tuple[Mention, ...] = field(default=())
    corrects: bool = False
    """The line corrects: what it denies was said before in error."""
    retracts: bool = False
    """The line takes back the one before it."""
