"""Reads rule packs: dated, cited YAML, one file for each jurisdiction."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources.abc import Traversable
from typing import Final, cast

from duty.conditions import leaves, parse
from duty.data import Node, read
from duty.rules.model import Pack, Rule
from dutyline.judgement.types import Authority
from dutyline.vocabulary import CUES, HAZARDS, INDICATORS, RESPONDERS, Finding

_VERDICTS: Final = ("yes", "no", "unsure")
STATES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(CUES, ("present", "absent", "unknown")),
    **dict.fromkeys((*HAZARDS, *INDICATORS), _VERDICTS),
}
"""The names that a rule may ask for, with their states."""
_FINDINGS: Final = ("special_relationship", "statutory_duty")
_REVIEWS: Final = ("unreviewed", "reviewed", "disputed")
_PACK_ID: Final = re.compile(r"[a-z]{2}(-[a-z0-9]{1,3})?")


def read_packs(files: Sequence[Traversable]) -> dict[str, Pack]:
    """Read packs and put each together with what it extends.

    Raises:
        DataError: A pack is wrong, extends one that is not there, or itself in the end.
    """
    nodes = {file.name.removesuffix(".yaml"): read(file) for file in files}
    packs: dict[str, Pack] = {}
    for name in nodes:
        _resolve(name, nodes, packs, ())
    return packs


def _resolve(name: str, nodes: Mapping[str, Node], packs: dict[str, Pack], above: tuple[str, ...]) -> Pack:
    if name in packs:
        return packs[name]
    node = nodes[name]
    fields = node.fields(
        needs=("id", "title", "released", "rules"), may=("extends", "public_duty", "questions", "leaves_out")
    )
    if fields["id"].text() != name or not _PACK_ID.fullmatch(name):
        fields["id"].fail(
            "the id is not the file's name", "use the ISO 3166-2 code in small letters for both"
        )
    base: Pack | None = None
    if "extends" in fields:
        parent = fields["extends"].one_of(nodes)
        if parent in (*above, name):
            fields["extends"].fail("the packs extend each other in a circle", "take one `extends` out")
        base = _resolve(parent, nodes, packs, (*above, name))
    packs[name] = _pack(name, fields, base)
    return packs[name]


def _pack(name: str, fields: Mapping[str, Node], base: Pack | None) -> Pack:
    inherited = base.rules if base else ()
    if "leaves_out" in fields:
        dropped = _dropped(fields["leaves_out"], inherited)
        inherited = tuple(rule for rule in inherited if rule.id not in dropped)
    questions = dict(base.questions) if base else {}
    if "questions" in fields:
        questions |= {key.one_of(STATES): value.text() for key, value in fields["questions"].pairs()}
    own = tuple(_rule(item, name, questions) for item in fields["rules"].items())
    _refuse_overlaps(fields["rules"], own)
    released = fields["released"].day()
    public_duty = (
        fields["public_duty"].one_of(("alive", "abolished")) == "alive" if "public_duty" in fields else None
    )
    return Pack(
        id=name,
        title=fields["title"].text(),
        released=max(released, base.released) if base else released,
        public_duty=(base.public_duty if base else True) if public_duty is None else public_duty,
        rules=(*own, *inherited),
        questions=questions,
        sources=(*(base.sources if base else ()), f"{name}.yaml"),
    )


def _dropped(node: Node, inherited: Sequence[Rule]) -> frozenset[str]:
    """Read which inherited rules do not hold here; each needs a reason."""
    known = {rule.id for rule in inherited}
    dropped = set()
    for item in node.items():
        fields = item.fields(needs=("rule", "because"))
        fields["because"].text()
        dropped.add(fields["rule"].one_of(known))
    return frozenset(dropped)


def _rule(node: Node, pack: str, questions: Mapping[str, str]) -> Rule:
    fields = node.fields(
        needs=("id", "title", "when", "outcome", "authorities", "effective"),
        may=("finding", "floor", "review", "repealed"),
    )
    if not fields["id"].text().startswith(f"{pack}."):
        fields["id"].fail("the rule's id does not start with its pack's", f"write `{pack}.` before it")
    authorities = tuple(_authority(item) for item in fields["authorities"].items())
    if not authorities:
        fields["authorities"].fail("a rule without an authority", "cite the case or statute that it rests on")
    finding = cast("Finding", fields["finding"].one_of(_FINDINGS)) if "finding" in fields else None
    when = parse(fields["when"], STATES)
    for leaf in leaves(when):
        if finding and leaf.name in CUES and leaf.name not in questions:
            fields["when"].fail(f"no question is given for {leaf.name!r}", "add it under `questions:`")
    effective = fields["effective"].day()
    repealed = fields["repealed"].day() if "repealed" in fields else None
    if repealed is not None and repealed <= effective:
        fields["repealed"].fail("the rule ends before it begins", "mend one of the dates")
    return Rule(
        id=fields["id"].text(),
        title=fields["title"].text(),
        when=when,
        outcome=fields["outcome"].sentence(),
        finding=finding,
        floor=fields["floor"].some_of(RESPONDERS) if "floor" in fields else (),
        review=fields["review"].sentence() if "review" in fields else None,
        authorities=authorities,
        effective=effective,
        repealed=repealed,
    )


def _authority(node: Node) -> Authority:
    fields = node.fields(needs=("cite", "holding", "read_at"), may=("review",))
    return Authority(
        cite=fields["cite"].text(),
        holding=fields["holding"].sentence(),
        read_at=fields["read_at"].text(),
        review=fields["review"].one_of(_REVIEWS) if "review" in fields else "unreviewed",
    )


def _refuse_overlaps(node: Node, rules: Sequence[Rule]) -> None:
    """Refuse two wordings of one rule that are in force on the same day."""
    for i, rule in enumerate(rules):
        for other in rules[:i]:
            same_days = rule.effective < (other.repealed or date.max) and other.effective < (
                rule.repealed or date.max
            )
            if rule.id == other.id and same_days:
                node.fail(
                    f"two wordings of {rule.id!r} hold on the same day", "give the older one a `repealed` day"
                )
