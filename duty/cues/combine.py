"""Puts the readings of an incident's lines together, in the order in which they were typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from duty.conditions import Leaf, leaves, truth
from duty.cues.lexicon import Lexicon
from duty.cues.loading import load_lexicon
from duty.cues.model import Derivation, LineReading, Mention, Target
from dutyline.judgement.types import CueFinding, Evidence, HazardFinding, Line, Reading
from dutyline.vocabulary import CUES, HAZARDS, PRESENT_KINDS

_MOST_EVIDENCE = 8
"""Spans kept for one target: a screen marks a few words, and a hostile line holds thousands."""


@dataclass(slots=True)
class _Standing:
    """How one target stands so far."""

    state: str = "unsaid"
    hedged: bool = False
    evidence: list[Evidence] = field(default_factory=list)

    def take(self, state: str, evidence: Evidence) -> None:
        """Take a new state with the words for it, keeping earlier words only for the same state."""
        if state != self.state:
            self.state, self.evidence = state, []
        if len(self.evidence) < _MOST_EVIDENCE:
            self.evidence.append(evidence)


def combine(lines: Sequence[Line], readings: Sequence[LineReading], units_committed: bool) -> Reading:  # noqa: FBT001 - agreed
    """Put the readings of an incident's lines together with the package's lexicon.

    Args:
        lines: The incident's lines in order of arrival.
        readings: `Lexicon.read_line` of each of them.
        units_committed: The feed says that a unit is assigned, en route or on scene.
    """
    return combine_with(load_lexicon(), lines, readings, units_committed=units_committed)


def combine_with(
    lexicon: Lexicon, lines: Sequence[Line], readings: Sequence[LineReading], *, units_committed: bool
) -> Reading:
    """Put the readings of an incident's lines together."""
    standings = {name: _Standing() for name in lexicon.targets}
    for line, mention, corrects in _said(lines, readings):
        target = lexicon.targets[mention.target]
        if line.kind in PRESENT_KINDS or line.kind in target.informed_by:
            _hear(standings[target.name], target, mention, _evidence(line, mention), corrects=corrects)
    if units_committed and standings["response_undertaken"].state != "present":
        standings["response_undertaken"] = _Standing("present")
    for derivation in lexicon.derivations:
        _derive(derivation, standings)
    return _reading(lexicon.targets, standings)


def _said(lines: Sequence[Line], readings: Sequence[LineReading]) -> list[tuple[Line, Mention, bool]]:
    """Return all that was said and not taken back, in order."""
    kept: list[tuple[Line, LineReading]] = []
    for line, reading in zip(lines, readings, strict=True):
        if reading.retracts and line.kind in PRESENT_KINDS:
            last = next((i for i in range(len(kept) - 1, -1, -1) if kept[i][0].kind in PRESENT_KINDS), None)
            if last is not None:
                del kept[last]
        kept.append((line, reading))
    return [(line, mention, reading.corrects) for line, reading in kept for mention in reading.mentions]


def _hear(
    standing: _Standing, target: Target, mention: Mention, evidence: Evidence, *, corrects: bool
) -> None:
    """Let one mention change how a target stands."""
    status = mention.status
    if status == "stated":
        standing.take("present", evidence)
    elif status == "cleared" or (status == "denied" and (corrects or standing.state != "present")):
        standing.take("denied", evidence)
    elif status == "doubted" or (status == "denied" and target.denial_doubts):
        if standing.state == "present":
            standing.take("hedged", evidence)
            standing.hedged = True
    elif status == "hedged":
        standing.hedged = True
        if standing.state != "present":
            standing.take("hedged", evidence)
    elif status == "historical" and standing.state == "unsaid":
        standing.take("historical", evidence)


def _derive(derivation: Derivation, standings: Mapping[str, _Standing]) -> None:
    """Let a target follow from others, unless the notes' own words speak of it."""
    standing = standings[derivation.target]
    if standing.state in ("present", "denied"):
        return

    def ask(leaf: Leaf) -> bool:
        return standings[leaf.name].state in leaf.states

    if not truth(derivation.when, ask):
        return
    found = [
        evidence
        for leaf in leaves(derivation.when, under_not=False)
        if ask(leaf)
        for evidence in standings[leaf.name].evidence
    ]
    standing.state = "present"
    standing.evidence = list(dict.fromkeys(found))[:_MOST_EVIDENCE]


def _evidence(line: Line, mention: Mention) -> Evidence:
    return Evidence(line.note_id, mention.start, mention.end, line.text[mention.start : mention.end])


def _reading(targets: Mapping[str, Target], standings: Mapping[str, _Standing]) -> Reading:
    return Reading(
        cues={name: _cue(standings[name]) for name in CUES},
        hazards={name: _hazard(standings[name]) for name in HAZARDS},
        requests={
            name: tuple(standings[name].evidence)
            for name, target in targets.items()
            if target.gives == "request" and standings[name].state == "present"
        },
    )


def _cue(standing: _Standing) -> CueFinding:
    if standing.state == "present":
        return CueFinding("present", tuple(standing.evidence))
    if standing.state == "denied":
        return CueFinding("absent", tuple(standing.evidence))
    return CueFinding("unknown")


def _hazard(standing: _Standing) -> HazardFinding:
    if standing.state == "present":
        return HazardFinding("yes", tuple(standing.evidence))
    if standing.state == "denied":
        return HazardFinding("no", tuple(standing.evidence))
    if standing.state == "hedged":
        return HazardFinding("unsure", tuple(standing.evidence), hedged=True)
    return HazardFinding("unsure", hedged=standing.hedged)
