"""The small all/any/not language that rules, policies and derivations say `when` in.

A mapping `{weapon: yes, custody: [present, unknown]}` asks for all of its pairs; `all` and
`any` take lists of mappings and `not` takes one mapping. A truth is `None` when what is not
known could still decide it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from duty.data import Node

Truth = bool | None
Ask = Callable[["Leaf"], Truth]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One name that should be in one of some states."""

    name: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all (`all`), at least one (`any`) or none (`not`) should hold."""

    kind: str
    parts: tuple["Condition", ...]


Condition = Leaf | Group


def parse(node: Node, states: Mapping[str, tuple[str, ...]]) -> Condition:
    """Read a condition; `states` gives the names that may be asked for and their states.

    Raises:
        DataError: A name or a state is not known, or a group is empty.
    """
    pairs = node.pairs()
    if not pairs:
        node.fail("the condition is empty", "say what it asks for")
    parts = tuple(_pair(key, value, states) for key, value in pairs)
    return parts[0] if len(parts) == 1 else Group("all", parts)


def _pair(key: Node, value: Node, states: Mapping[str, tuple[str, ...]]) -> Condition:
    name = key.text()
    if name in ("all", "any"):
        items = value.items()
        if not items:
            value.fail(f"`{name}` is empty", "list at least one condition")
        return Group(name, tuple(parse(item, states) for item in items))
    if name == "not":
        return Group("not", (parse(value, states),))
    key.one_of((*states, "all", "any", "not"))
    return Leaf(name, value.some_of(states[name]))


def truth(condition: Condition, ask: Ask) -> Truth:
    """Evaluate a condition in three-valued logic."""
    if isinstance(condition, Leaf):
        return ask(condition)
    found = [truth(part, ask) for part in condition.parts]
    if condition.kind == "not":
        return None if found[0] is None else not found[0]
    decisive = condition.kind == "any"
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def leaves(condition: Condition, *, under_not: bool = True) -> Iterator[Leaf]:
    """Yield the leaves in order, those under a `not` only if asked for."""
    if isinstance(condition, Leaf):
        yield condition
    elif condition.kind != "not" or under_not:
        for part in condition.parts:
            yield from leaves(part, under_not=under_not)
