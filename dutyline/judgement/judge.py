"""The judgement: one incident's lines in, who should go and why out.

Order matters and is the same everywhere: the classifier scores a whole batch at once, the
cue language reads the lines, the two are put together so that neither can hide a danger
that the other sees, the duty rules are applied to that, and the policy routes last.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from dutyline.incident.view import IncidentView
from dutyline.judgement.combine import combine_verdicts
from dutyline.judgement.guards import contradictions, review_reasons
from dutyline.judgement.types import (
    Classifier,
    DutyOpinion,
    DutyRules,
    Evidence,
    Facts,
    IncidentText,
    Policy,
    Reading,
    Routing,
    Score,
)
from dutyline.vocabulary import PRESENT_KINDS, Verdict

_ISO_CODE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


class RuleBook(Protocol):
    """The duty rules of every jurisdiction."""

    def for_jurisdiction(self, code: str | None) -> DutyRules:
        """Give the rules for an ISO 3166-2 code; the federal ones where it has none of its own."""
        ...

    def covers(self, code: str) -> bool:
        """Tell whether a jurisdiction has rules of its own."""
        ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that a suggestion says, but for its number and time."""

    view: IncidentView
    scores: Mapping[str, Score]
    explain: Callable[[Collection[str]], Mapping[str, tuple[Evidence, ...]]]
    """Asks the classifier for the words behind its scores, only when a suggestion shows them."""
    verdicts: Mapping[str, Verdict]
    reading: Reading
    opinion: DutyOpinion
    routing: Routing
    needs_review: bool
    reasons: tuple[str, ...]
    advice: tuple[str, ...]
    model_version: str
    duty_version: str
    policy_version: str


@dataclass(frozen=True, slots=True)
class Defaults:
    """What to judge by when the notes do not say."""

    jurisdiction: str
    agency: str


class Judge:
    """Judges incidents by one classifier, one cue language, the duty rules and the policies."""

    def __init__(
        self,
        *,
        classifier: Classifier,
        read: Callable[[IncidentText], Reading],
        rules: RuleBook,
        policies: Mapping[str, Policy],
        defaults: Defaults,
        cues_version: str,
    ) -> None:
        self._classifier = classifier
        self._read = read
        self._rules = rules
        self._policies = policies
        self._defaults = defaults
        self._cues_version = cues_version

    def judge(self, views: Sequence[IncidentView]) -> list[Judgement]:
        """Judge a batch; each answer is what the incident alone would have got."""
        if not views:
            return []
        scored = self._classifier.score([view.text for view in views])
        return [self._judge_one(view, scores) for view, scores in zip(views, scored, strict=True)]

    def _judge_one(self, view: IncidentView, scores: Mapping[str, Score]) -> Judgement:
        reading = self._read(view.text)
        verdicts = combine_verdicts(scores, reading)
        code = view.jurisdiction or self._defaults.jurisdiction
        rules = self._rules.for_jurisdiction(code)
        opinion = rules.consider(reading, verdicts, verdicts, view.day)
        policy = self._policies.get(view.agency or self._defaults.agency)
        known_agency = policy is not None
        policy = policy or self._policies[self._defaults.agency]
        routing = policy.route(Facts(verdicts, reading, opinion, view.text.call_type))
        routing = _keep_police(routing, view)
        reviews = [
            *opinion.review,
            *review_reasons(view, reading, routing),
            *contradictions({name: score.verdict for name, score in scores.items()}, reading),
        ]
        if not _ISO_CODE.fullmatch(code):
            reviews.append("The jurisdiction is no ISO 3166-2 code, so state law was not applied.")
        if not known_agency:
            reviews.append(f"No policy for this agency is installed; {policy.agency!r} was used.")
        return Judgement(
            view=view,
            scores=scores,
            explain=partial(self._classifier.explain, view.text),
            verdicts=verdicts,
            reading=reading,
            opinion=opinion,
            routing=routing,
            needs_review=routing.needs_review or bool(reviews),
            reasons=(*routing.reasons, *reviews, *self._notices(view, code)),
            advice=tuple(dict.fromkeys((*routing.advice, *opinion.questions))),
            model_version=self._classifier.version,
            duty_version=f"{rules.version} cues {self._cues_version}",
            policy_version=policy.version,
        )

    def _notices(self, view: IncidentView, code: str) -> list[str]:
        notices = []
        if not self._rules.covers(code):
            notices.append(f"No rules of its own are installed for {code}; the federal ones were applied.")
        if any(line.kind not in PRESENT_KINDS for line in view.text.lines):
            notices.append("Machine lines and premise history inform; they do not count as happening now.")
        return notices


def _keep_police(routing: Routing, view: IncidentView) -> Routing:
    """Keep police on an incident whose earlier notes, no longer read, had called for them."""
    if not view.earlier or "police" not in view.earlier.responders or "police" in routing.responders:
        return routing
    return Routing(
        responders=("police", *routing.responders),
        response=routing.response,
        level=routing.level,
        needs_review=True,
        reasons=(
            *routing.reasons,
            "Police are kept, since earlier notes that are no longer read called for them.",
        ),
        advice=routing.advice,
    )
