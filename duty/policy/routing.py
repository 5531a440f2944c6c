"""Chooses a response by an agency's policy, and holds it above the floors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from duty.conditions import Condition, Leaf, truth
from duty.policy.model import VERDICT_NAMES, Floor, Guard, Route
from dutyline.judgement.types import Facts, Routing
from dutyline.vocabulary import CUES, HAZARDS

_WORD_EDGE: Final = r"(?<![A-Z0-9]){}(?![A-Z0-9])"
_THIN_SIGNS: Final = 1
"""Fewer settled verdicts, cues and requests than this, and the notes say nothing yet."""


@dataclass(frozen=True, slots=True)
class FilePolicy:
    """A policy read from a file, as `dutyline.judgement.types.Policy`."""

    agency: str
    version: str
    routes: Sequence[Route]
    floors: Sequence[Floor]
    guards: Sequence[Guard]

    def route(self, facts: Facts) -> Routing:
        """Choose a response; never empty, and never below the safety floors."""
        route = next(route for route in self.routes if _takes(route, facts))
        answer = _Answer(
            list(route.responders), route.level, needs_review=route.needs_review, reasons=list(route.reasons)
        )
        for floor in self.floors:
            if _holds(floor.when, facts):
                answer.hold_above(floor)
        answer.add_rule_floor(facts.opinion.floor)
        answer.look_twice(facts.opinion.review)
        for guard in self.guards:
            if set(answer.responders) <= set(guard.only) and _holds(guard.when, facts):
                answer.look_twice((guard.reason,))
        response = (
            route.response if answer.responders == list(route.responders) else f"{route.response}_raised"
        )
        return Routing(
            responders=tuple(answer.responders),
            response=response,
            level=answer.level,
            needs_review=answer.needs_review,
            reasons=tuple(dict.fromkeys(answer.reasons)),
            advice=route.advice,
        )


@dataclass(slots=True)
class _Answer:
    """An answer while floors and guards are laid on it."""

    responders: list[str]
    level: int
    needs_review: bool
    reasons: list[str]

    def hold_above(self, floor: Floor) -> None:
        """Add what a floor asks for and is not there yet, and ask for a second look where it says so."""
        raised = self.level < floor.least_level
        self.level = max(self.level, floor.least_level)
        if not set(floor.any_of) & set(self.responders):
            self._add(floor.add, lead=floor.lead)
            self.needs_review = self.needs_review or floor.review
            raised = True
        if raised:
            self.reasons.append(floor.reason)

    def add_rule_floor(self, responders: Sequence[str]) -> None:
        """Add the responders that duty rules put a floor under."""
        missing = [name for name in responders if name not in self.responders]
        if missing:
            self._add(missing, lead="police" in missing)
            self.reasons.append(f"A duty rule that applies asks for {_listed(missing)}.")

    def look_twice(self, reasons: Sequence[str]) -> None:
        """Ask for a supervisor's look, with the reasons for it."""
        if reasons:
            self.needs_review = True
            self.reasons.extend(reasons)

    def _add(self, names: Sequence[str], *, lead: bool) -> None:
        missing = [name for name in names if name not in self.responders]
        stay = [name for name in self.responders if name not in ("phone_report", "advice")]
        self.responders = [*missing, *stay] if lead else [*stay, *missing]


def _takes(route: Route, facts: Facts) -> bool:
    if route.call_types and not _is_call_type(facts.call_type, route.call_types):
        return False
    return route.when is None or _holds(route.when, facts)


def _is_call_type(call_type: str | None, names: Sequence[str]) -> bool:
    """Tell whether any of the names stands in the call type as whole words."""
    typed = (call_type or "").upper()
    return any(re.search(_WORD_EDGE.format(re.escape(name)), typed) for name in names)


def _holds(condition: Condition, facts: Facts) -> bool:
    return bool(truth(condition, lambda leaf: _state(leaf, facts) in leaf.states))


def _state(leaf: Leaf, facts: Facts) -> str:
    """Return how what a leaf asks for stands; a policy asks for states as they are."""
    name = leaf.name
    if name in VERDICT_NAMES:
        return facts.verdicts.get(name, "unsure")
    if name in CUES:
        return facts.reading.cues[name].state if name in facts.reading.cues else "unknown"
    if name == "finding":
        return facts.opinion.finding
    if name == "any_hazard":
        return "yes" if any(facts.verdicts.get(hazard) == "yes" for hazard in HAZARDS) else "no"
    if name == "notes":
        return "thin" if _settled(facts) < _THIN_SIGNS else "telling"
    return "present" if facts.reading.requests.get(name) is not None else "unknown"


def _settled(facts: Facts) -> int:
    """Count what the notes or the model say at all."""
    verdicts = sum(facts.verdicts.get(name, "unsure") == "yes" for name in VERDICT_NAMES)
    verdicts += facts.verdicts.get("needs_police", "unsure") == "no"
    cues = sum(finding.state != "unknown" for finding in facts.reading.cues.values())
    return verdicts + cues + len(facts.reading.requests)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)
