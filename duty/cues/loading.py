"""Loads the lexicon's files, strictly: whatever is not understood is an error."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import cast

from duty.conditions import parse
from duty.cues.lexicon import Lexicon
from duty.cues.model import EFFECTS, MARKS, SIGNS, STANDINGS, Derivation, Entry, Gives, Modifier, Target
from duty.cues.phrases import compile_phrase, compile_phrases
from duty.data import Node, content_hash, read, yaml_files
from dutyline.errors import DataError
from dutyline.vocabulary import CUES, HAZARDS

_KINDS = ("system", "premise_history")
_GIVES = ("cue", "hazard", "request", "fact")
_MOST_WORDS = 12


@cache
def load_lexicon() -> Lexicon:
    """Load the lexicon that comes with the package.

    Raises:
        DataError: A file of it is wrong; the message names file, line and mend.
    """
    return lexicon_from(files("duty") / "lexicon")


def lexicon_from(folder: Traversable) -> Lexicon:
    """Load a lexicon from a folder of `groups.yaml`, `modifiers.yaml`, `derivations.yaml` and `targets/`.

    Raises:
        DataError: A file is wrong or missing, or a cue or hazard has no file.
    """
    target_files = yaml_files(folder / "targets")
    shared = [folder / name for name in ("groups.yaml", "modifiers.yaml", "derivations.yaml")]
    groups = _groups(read(shared[0]))
    targets: dict[str, Target] = {}
    for file in target_files:
        node = read(file)
        target = _target(node, groups)
        if target.name in targets or f"{target.name}.yaml" != file.name:
            node.fail(f"the target {target.name!r} is not the file's", "name the file after its one target")
        targets[target.name] = target
    for name in (*CUES, *HAZARDS):
        if name not in targets:
            msg = f"lexicon: no file for {name!r}; add targets/{name}.yaml"
            raise DataError(msg)
    modifiers, signs = _modifiers(read(shared[1]), groups, targets)
    derivations = _derivations(read(shared[2]), targets)
    return Lexicon(content_hash([*shared, *target_files]), targets, modifiers, signs, derivations)


def _groups(node: Node) -> dict[str, str]:
    """Compile the word groups; each may use those above it."""
    groups: dict[str, str] = {}
    for key, value in node.pairs():
        patterns = [compile_phrase(phrase, groups) for phrase in value.items()]
        groups[key.text()] = f"(?:{'|'.join(patterns)})"
    return groups


def _target(node: Node, groups: Mapping[str, str]) -> Target:
    fields = node.fields(needs=("target", "gives", "about", "entries"), may=("informed_by", "denial_doubts"))
    name = fields["target"].text()
    gives = cast("Gives", fields["gives"].one_of(_GIVES))
    known: Mapping[str, tuple[str, ...]] = {"cue": CUES, "hazard": HAZARDS}
    if gives in known:
        fields["target"].one_of(known[gives])
    fields["about"].text()
    entries: dict[str, Entry] = {}
    for item in fields["entries"].items():
        entry = _entry(item, name, groups)
        if entry.id in entries:
            item.fail(f"the entry {entry.id!r} stands twice", "give each its own id")
        entries[entry.id] = entry
    informed_by = fields["informed_by"].some_of(_KINDS) if "informed_by" in fields else ()
    doubts = "denial_doubts" in fields and fields["denial_doubts"].flag()
    return Target(name, gives, tuple(entries.values()), frozenset(informed_by), doubts)


def _entry(node: Node, target: str, groups: Mapping[str, str]) -> Entry:
    fields = node.fields(needs=("id", "say"), may=("effect", "heeds"))
    effect = fields["effect"].one_of(EFFECTS) if "effect" in fields else "states"
    heeds: tuple[str, ...] = MARKS if effect == "states" else ()
    if "heeds" in fields:
        heeds = fields["heeds"].some_of((*MARKS, "nothing"))
    patterns = compile_phrases(fields["say"].items(), groups)
    return Entry(target, fields["id"].text(), effect, patterns, frozenset(heeds) - {"nothing"})


def _modifiers(
    node: Node, groups: Mapping[str, str], targets: Mapping[str, Target]
) -> tuple[list[Modifier], dict[str, tuple[str, ...]]]:
    fields = node.fields(needs=("modifiers", "signs"))
    modifiers = [_modifier(item, groups, targets) for item in fields["modifiers"].items()]
    signs = fields["signs"].fields(needs=SIGNS)
    return modifiers, {kind: compile_phrases(value.items(), groups) for kind, value in signs.items()}


def _modifier(node: Node, groups: Mapping[str, str], targets: Mapping[str, Target]) -> Modifier:
    fields = node.fields(
        needs=("id", "marks", "reach", "words", "say"), may=("stops_at_subject", "only", "spares")
    )
    reach = fields["reach"].one_of(("forward", "backward"))
    return Modifier(
        id=fields["id"].text(),
        mark=fields["marks"].one_of(MARKS),
        reach="forward" if reach == "forward" else "backward",
        words=fields["words"].number(0, _MOST_WORDS),
        patterns=compile_phrases(fields["say"].items(), groups),
        stops_at_subject="stops_at_subject" in fields and fields["stops_at_subject"].flag(),
        only=frozenset(fields["only"].some_of(targets)) if "only" in fields else frozenset(),
        spares=frozenset(fields["spares"].some_of(targets)) if "spares" in fields else frozenset(),
    )


def _derivations(node: Node, targets: Mapping[str, Target]) -> list[Derivation]:
    states = dict.fromkeys(targets, STANDINGS)
    found = []
    for item in node.items():
        fields = item.fields(needs=("id", "target", "when"))
        when = parse(fields["when"], states)
        found.append(Derivation(fields["id"].text(), fields["target"].one_of(targets), when))
    return found
