"""From a judgement to the suggestion that is published, and what makes two of them differ."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final, cast, get_args

import msgspec

from dutyline import __version__
from dutyline.judgement.judge import Judgement
from dutyline.judgement.types import CueFinding, Evidence, FiredRule
from dutyline.suggestion.event import (
    Authority,
    Changed,
    Cue,
    Duty,
    Hazard,
    Hazards,
    Indicator,
    Indicators,
    Responder,
    Rule,
    Span,
    Suggestion,
    Through,
    Versions,
)
from dutyline.vocabulary import CUES, HAZARDS, INDICATORS

FIELDS: Final[tuple[Changed, ...]] = get_args(Changed)
_DIGEST_BYTES: Final = 8


def substance(judgement: Judgement) -> bytes:
    """Digest what is suggested, field by field: eight bytes for each of `FIELDS`.

    Probabilities, the marked words and the versions may move without the suggestion having
    changed; verdicts, cues, rules, responders and what to ask may not.
    """
    routing, opinion = judgement.routing, judgement.opinion
    parts: tuple[object, ...] = (
        routing.responders,
        routing.response,
        routing.level,
        judgement.needs_review,
        [judgement.verdicts[name] for name in INDICATORS],
        [judgement.verdicts[name] for name in HAZARDS],
        [
            opinion.jurisdiction,
            opinion.finding,
            [judgement.reading.cues[name].state for name in CUES],
            [(rule.id, rule.outcome) for rule in opinion.rules],
        ],
        judgement.advice,
    )
    return b"".join(blake2b(msgspec.json.encode(part), digest_size=_DIGEST_BYTES).digest() for part in parts)


def changed_fields(before: bytes, now: bytes) -> list[Changed]:
    """Name the fields in which two digests differ; all of them when there was none before."""
    width = _DIGEST_BYTES
    return [
        name
        for place, name in enumerate(FIELDS)
        if before[place * width : (place + 1) * width] != now[place * width : (place + 1) * width]
    ]


def build_suggestion(
    judgement: Judgement, *, incident_id: str, revision: int, issued_at: str, changed: list[Changed]
) -> Suggestion:
    """Put a judgement into the contract's form."""
    lines = judgement.view.text.lines
    told = _classifier_evidence(judgement)
    held = judgement.view.earlier.notes if judgement.view.earlier else 0
    return Suggestion(
        suggestion_id=f"{incident_id}:{revision}",
        incident_id=incident_id,
        revision=revision,
        issued_at=issued_at,
        through=Through(lines[-1].note_id if lines else None, held + len(lines)),
        responders=cast("list[Responder]", list(judgement.routing.responders)),
        response=judgement.routing.response,
        level=judgement.routing.level,
        needs_review=judgement.needs_review,
        indicators=Indicators(
            **{name: _indicator(judgement, name, told.get(name, ())) for name in INDICATORS}
        ),
        hazards=Hazards(**{name: _hazard(judgement, name, told.get(name, ())) for name in HAZARDS}),
        duty=Duty(
            jurisdiction=judgement.opinion.jurisdiction,
            finding=judgement.opinion.finding,
            cues={name: _cue(judgement.reading.cues[name]) for name in CUES},
            rules=[_rule(rule) for rule in judgement.opinion.rules],
        ),
        reasons=list(judgement.reasons),
        advice=list(judgement.advice),
        changed=changed,
        versions=Versions(
            software=__version__,
            model=judgement.model_version,
            duty=judgement.duty_version,
            policy=judgement.policy_version,
        ),
    )


def _classifier_evidence(judgement: Judgement) -> Mapping[str, tuple[Evidence, ...]]:
    """The classifier's words for each indicator and hazard that it alone says `yes` to."""
    names = [
        name
        for name in (*INDICATORS, *HAZARDS)
        if judgement.scores[name].verdict == judgement.verdicts[name] == "yes"
        and not (name in HAZARDS and judgement.reading.hazards[name].evidence)
    ]
    return judgement.explain(names)


def _indicator(judgement: Judgement, name: str, told: tuple[Evidence, ...]) -> Indicator:
    if name == "mental_health":
        told = told or judgement.reading.hazards["self_harm"].evidence
    verdict = judgement.verdicts[name]
    return Indicator(verdict, judgement.scores[name].probability, _spans(told) if verdict == "yes" else [])


def _hazard(judgement: Judgement, name: str, told: tuple[Evidence, ...]) -> Hazard:
    return Hazard(judgement.verdicts[name], _spans(judgement.reading.hazards[name].evidence or told))


def _cue(finding: CueFinding) -> Cue:
    return Cue(finding.state, _spans(finding.evidence))


def _rule(rule: FiredRule) -> Rule:
    return Rule(
        id=rule.id,
        title=rule.title,
        outcome=rule.outcome,
        authorities=[Authority(a.cite, a.holding, a.read_at, a.review) for a in rule.authorities],
        evidence=_spans(rule.evidence),
    )


def _spans(evidence: Iterable[Evidence]) -> list[Span]:
    return [Span(item.note_id, item.start, item.end, item.text) for item in evidence]
