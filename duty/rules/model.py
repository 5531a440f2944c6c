"""What a rule pack holds once it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from duty.conditions import Condition
from dutyline.judgement.types import Authority
from dutyline.vocabulary import Finding


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a jurisdiction, in force from `effective` until the day before `repealed`."""

    id: str
    title: str
    when: Condition
    outcome: str
    finding: Finding | None
    floor: tuple[str, ...]
    review: str | None
    authorities: tuple[Authority, ...]
    effective: date
    repealed: date | None

    def in_force(self, on: date | None) -> bool:
        """Tell whether the rule is in force on a day; `None` means from now on."""
        if on is None:
            return self.repealed is None
        return self.effective <= on and (self.repealed is None or on < self.repealed)


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of a jurisdiction, those that it takes over from others among them."""

    id: str
    title: str
    released: date
    public_duty: bool
    """The public duty doctrine is alive: facts that settle every question may leave no duty."""
    rules: tuple[Rule, ...]
    questions: Mapping[str, str]
    """What to ask a caller about a cue or hazard that is unknown, by its name."""
    sources: tuple[str, ...]
    """The names of the files that the pack was read from, its own last."""
