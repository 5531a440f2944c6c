"""Reads routing policies and the floors above them."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from duty.conditions import parse
from duty.data import Node
from duty.policy.model import Floor, Guard, Route
from dutyline.vocabulary import RESPONDERS

LEVELS: Final = (1, 4)
States = Mapping[str, tuple[str, ...]]


def read_policy(node: Node, states: States) -> tuple[str, date, tuple[Route, ...]]:
    """Read an agency's name, release day and routes.

    Raises:
        DataError: The file is wrong, or some incident could be left without an answer.
    """
    fields = node.fields(needs=("agency", "title", "released", "routes"))
    fields["title"].text()
    items = fields["routes"].items()
    if not items:
        fields["routes"].fail("the policy has no route", "write at least the last one, without `when`")
    routes = tuple(_route(item, states) for item in items)
    for item, route in zip(items, routes, strict=True):
        last = route is routes[-1]
        takes_all = route.when is None and not route.call_types
        if takes_all and not last:
            item.fail("this route takes all, so that no later one is reached", "move it to the end")
        if last and not takes_all:
            item.fail(
                "the last route could leave an incident with nobody", "take its `when` and `call_types` out"
            )
    if len({route.id for route in routes}) != len(routes):
        fields["routes"].fail("a route's id stands twice", "give each its own")
    return fields["agency"].text(), fields["released"].day(), routes


def _route(node: Node, states: States) -> Route:
    fields = node.fields(
        needs=("id", "response", "responders", "level", "reasons"),
        may=("when", "call_types", "needs_review", "advice"),
    )
    responders = fields["responders"].some_of(RESPONDERS)
    if not responders:
        fields["responders"].fail("nobody would go", "name at least one responder")
    reasons = fields["reasons"].sentences()
    if not reasons:
        fields["reasons"].fail("the route gives no reason", "say why in one plain sentence")
    return Route(
        id=fields["id"].text(),
        when=parse(fields["when"], states) if "when" in fields else None,
        call_types=tuple(text.upper() for text in fields["call_types"].texts())
        if "call_types" in fields
        else (),
        response=fields["response"].text(),
        responders=responders,
        level=fields["level"].number(*LEVELS),
        needs_review="needs_review" in fields and fields["needs_review"].flag(),
        reasons=reasons,
        advice=fields["advice"].sentences() if "advice" in fields else (),
    )


def read_floors(node: Node, states: States) -> tuple[tuple[Floor, ...], tuple[Guard, ...]]:
    """Read the floors and guards that stand above every policy.

    Raises:
        DataError: The file is wrong.
    """
    fields = node.fields(needs=("floors", "guards"))
    return (
        tuple(_floor(item, states) for item in fields["floors"].items()),
        tuple(_guard(item, states) for item in fields["guards"].items()),
    )


def _floor(node: Node, states: States) -> Floor:
    fields = node.fields(
        needs=("id", "when", "any_of", "reason"), may=("add", "lead", "least_level", "review")
    )
    any_of = fields["any_of"].some_of(RESPONDERS)
    add = fields["add"].some_of(RESPONDERS) if "add" in fields else any_of
    if not any_of or not add or not set(add) & set(any_of):
        fields["any_of"].fail("the floor cannot be met by what it adds", "add one of `any_of`")
    return Floor(
        id=fields["id"].text(),
        when=parse(fields["when"], states),
        any_of=any_of,
        add=add,
        lead="lead" in fields and fields["lead"].flag(),
        least_level=fields["least_level"].number(*LEVELS) if "least_level" in fields else LEVELS[0],
        review="review" in fields and fields["review"].flag(),
        reason=fields["reason"].sentence(),
    )


def _guard(node: Node, states: States) -> Guard:
    fields = node.fields(needs=("id", "when", "only", "reason"))
    return Guard(
        id=fields["id"].text(),
        when=parse(fields["when"], states),
        only=fields["only"].some_of(RESPONDERS),
        reason=fields["reason"].sentence(),
    )
