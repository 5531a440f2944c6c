"""From a judgement to the suggestion that is published, and what makes two of them differ."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, cast, get_args

import msgspec

from dutyline import __version__
from dutyline.judgement.judge import Judgement
from dutyline.judgement.types import CueFinding, Evidence, FiredRule, Score
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
        indicators=Indicators(**{name: _indicator(judgement, name) for name in INDICATORS}),
        hazards=Hazards(**{name: _hazard(judgement, name) for name in HAZARDS}),
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


def _indicator(judgement: Judgement, name: str) -> Indicator:
    score: Score = judgement.scores[name]
    evidence = score.evidence if score.verdict == "yes" else ()
    if name == "mental_health":
        evidence = evidence or judgement.reading.hazards["self_harm"].evidence
    verdict = judgement.verdicts[name]
    return Indicator(verdict, score.probability, _spans(evidence) if verdict == "yes" else [])


def _hazard(judgement: Judgement, name: str) -> Hazard:
    words = judgement.reading.hazards[name].evidence
    verdict = judgement.verdicts[name]
    from_classifier = judgement.scores[name].evidence if verdict == "yes" else ()
    return Hazard(verdict, _spans(words or from_classifier))


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
