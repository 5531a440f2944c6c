"""Applies a jurisdiction's rules to what is known of an incident."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from duty.conditions import Leaf, Truth, leaves, truth
from duty.rules.model import Pack, Rule
from dutyline.judgement.types import DutyOpinion, Evidence, FiredRule, Reading
from dutyline.vocabulary import CUES, Finding, Verdict

_T = TypeVar("_T")
_OPEN_STATES = frozenset({"unknown", "unsure"})
_PRECEDENCE: tuple[Finding, ...] = ("special_relationship", "statutory_duty")


@dataclass(frozen=True, slots=True)
class PackRules:
    """A pack's rules as `dutyline.judgement.types.DutyRules`, asked for under one code."""

    pack: Pack
    version: str
    jurisdiction: str
    """The code that was asked for: the pack's own, or one that falls back to it."""

    def consider(
        self,
        reading: Reading,
        hazards: Mapping[str, Verdict],
        indicators: Mapping[str, Verdict],
        on: date | None,
    ) -> DutyOpinion:
        """Apply the rules in force on a day; `None` means the newest."""
        facts = _Facts(reading, hazards, indicators)
        rules = [rule for rule in self.pack.rules if rule.in_force(on)]
        truths = {rule.id: truth(rule.when, facts.ask) for rule in rules}
        fired = [rule for rule in rules if truths[rule.id]]
        return DutyOpinion(
            jurisdiction=self.jurisdiction,
            finding=self._finding(facts, rules, fired),
            rules=tuple(_fired(rule, facts) for rule in fired),
            questions=self._questions(facts, [rule for rule in rules if truths[rule.id] is None]),
            floor=_once(name for rule in fired for name in rule.floor),
            review=_once(rule.review for rule in fired if rule.review),
        )

    def _finding(self, facts: "_Facts", rules: Sequence[Rule], fired: Sequence[Rule]) -> Finding:
        made = {rule.finding for rule in fired}
        for finding in _PRECEDENCE:
            if finding in made:
                return finding
        asked = {leaf.name for rule in rules if rule.finding for leaf in leaves(rule.when)}
        settled = all(facts.state(name) not in _OPEN_STATES for name in asked if name in CUES)
        return "public_duty_only" if settled and self.pack.public_duty else "undetermined"

    def _questions(self, facts: "_Facts", undecided: Sequence[Rule]) -> tuple[str, ...]:
        """Return what to ask: of each rule that is met in part, the elements that are unknown."""
        names: list[str] = []
        for rule in undecided:
            wanted = list(leaves(rule.when, under_not=False))
            if any(facts.ask(leaf) for leaf in wanted):
                names += [leaf.name for leaf in wanted if facts.ask(leaf) is None]
        return _once(self.pack.questions[name] for name in names if name in self.pack.questions)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the rules may ask for."""

    reading: Reading
    hazards: Mapping[str, Verdict]
    indicators: Mapping[str, Verdict]

    def state(self, name: str) -> str:
        if name in CUES:
            return self.reading.cues[name].state if name in self.reading.cues else "unknown"
        return self.hazards.get(name) or self.indicators.get(name) or "unsure"

    def ask(self, leaf: Leaf) -> Truth:
        state = self.state(leaf.name)
        if state in leaf.states:
            return True
        return None if state in _OPEN_STATES else False

    def evidence(self, name: str) -> tuple[Evidence, ...]:
        finding = self.reading.cues.get(name) or self.reading.hazards.get(name)
        return finding.evidence if finding else ()


def _fired(rule: Rule, facts: _Facts) -> FiredRule:
    met = [leaf.name for leaf in leaves(rule.when, under_not=False) if facts.ask(leaf)]
    evidence = _once(item for name in dict.fromkeys(met) for item in facts.evidence(name))
    return FiredRule(rule.id, rule.title, rule.outcome, rule.authorities, evidence)


def _once(items: Iterable[_T]) -> tuple[_T, ...]:
    """Return the items in their order, each once."""
    return tuple(dict.fromkeys(items))
