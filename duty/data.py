"""Strict reading of the YAML files that rules, policies and lexicons are kept in.

YAML 1.2, without tags, anchors or aliases; a key stands once. Whatever is not expected is
refused with the file, the line and the mend, since a misspelt key in a duty rule would
otherwise quietly be a rule that never applies.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from dutyline.errors import DataError

_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
)
_HASH_DIGITS = 12
"""Enough to tell versions apart at a glance; a release's full hashes are in its lock file."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a data file, which knows where it stands.

    `value` is a string, a tuple of nodes, or a tuple of (key, node) pairs.
    """

    file: str
    line: int
    value: str | tuple["Node", ...] | tuple[tuple["Node", "Node"], ...]
    shape: str

    def fail(self, problem: str, mend: str) -> NoReturn:
        """Raise a DataError that names this place."""
        msg = f"{self.file}, line {self.line}: {problem}; {mend}"
        raise DataError(msg)

    def text(self) -> str:
        """Return the value as text; empty text is refused."""
        if not isinstance(self.value, str):
            self.fail(f"a {self.shape} stands where text should", "write text here")
        if not self.value.strip():
            self.fail("the text is empty", "write it, or leave the key out")
        return " ".join(self.value.split())

    def sentence(self) -> str:
        """Return the value as a whole sentence, as people will read it."""
        text = self.text()
        if not text.endswith((".", "?")):
            self.fail(
                "this is no whole sentence",
                "end it with a full stop; give it a line of its own if it has a comma",
            )
        return text

    def number(self, least: int, most: int) -> int:
        """Return the value as a whole number within bounds."""
        text = self.text()
        if not text.isdecimal() or not least <= int(text) <= most:
            self.fail(f"{text!r} is not a number from {least} to {most}", "write such a number")
        return int(text)

    def flag(self) -> bool:
        """Return the value as a truth."""
        return self.one_of(("true", "false")) == "true"

    def day(self) -> date:
        """Return the value as a date."""
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            self.fail(f"{self.text()!r} is not a date", "write it as YYYY-MM-DD")

    def one_of(self, allowed: Iterable[str]) -> str:
        """Return the value as one of the allowed words."""
        text = self.text()
        names = tuple(allowed)
        if text not in names:
            self.fail(f"{text!r} is not known here", f"use one of {', '.join(sorted(names))}")
        return text

    def items(self) -> "tuple[Node, ...]":
        """Return the members of a list; a single text counts as a list of one."""
        if isinstance(self.value, str):
            return (self,)
        if self.shape != "list":
            self.fail("a mapping stands where a list should", "write a list")
        return tuple(item for item in self.value if isinstance(item, Node))

    def texts(self) -> tuple[str, ...]:
        """Return the members of a list of texts."""
        return tuple(item.text() for item in self.items())

    def sentences(self) -> tuple[str, ...]:
        """Return the members of a list of sentences."""
        return tuple(item.sentence() for item in self.items())

    def some_of(self, allowed: Iterable[str]) -> tuple[str, ...]:
        """Return the members of a list of allowed words, each once."""
        names = tuple(allowed)
        found = tuple(item.one_of(names) for item in self.items())
        if len(set(found)) != len(found):
            self.fail("a word is listed twice", "list each once")
        return found

    def pairs(self) -> "tuple[tuple[Node, Node], ...]":
        """Return the keys and values of a mapping."""
        if self.shape != "mapping":
            self.fail(f"a {self.shape} stands where a mapping should", "write `key: value` pairs")
        return tuple(pair for pair in self.value if isinstance(pair, tuple))

    def fields(self, needs: Sequence[str] = (), may: Sequence[str] = ()) -> "dict[str, Node]":
        """Return a mapping's values by key; missing and unknown keys are refused."""
        known = (*needs, *may)
        found = {key.one_of(known): value for key, value in self.pairs()}
        for name in needs:
            if name not in found:
                self.fail(f"{name!r} is missing", f"add `{name}:`")
        return found


def read(source: Traversable) -> Node:
    """Read one file.

    Raises:
        DataError: The file is not plain YAML 1.2, or a key stands twice.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True  # told with the line by _pairs, in words of our own
    try:
        root = yaml.compose(source.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        msg = f"{source.name}, line {line}: not YAML ({error.problem}); mend the line"
        raise DataError(msg) from error
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        msg = f"{source.name}: cannot be read as YAML ({type(error).__name__}); replace the file"
        raise DataError(msg) from error
    if root is None:
        msg = f"{source.name}: the file is empty; write it or remove it"
        raise DataError(msg)
    return _node(root, source.name)


def _node(raw: ScalarNode | SequenceNode | MappingNode, file: str) -> Node:
    """Turn a composed YAML node into one of ours."""
    line = raw.start_mark.line + 1
    here = Node(file, line, str(raw.value), "text")
    if raw.anchor:
        here.fail("anchors and aliases are not used here", "write the value out")
    if str(raw.tag) not in _PLAIN_TAGS:
        here.fail("tags are not used here", "remove the tag")
    if isinstance(raw, ScalarNode):
        return here
    if isinstance(raw, SequenceNode):
        return Node(file, line, tuple(_node(item, file) for item in raw.value), "list")
    return Node(file, line, tuple(_pairs(raw, file)), "mapping")


def _pairs(raw: MappingNode, file: str) -> Iterator[tuple[Node, Node]]:
    """Yield a mapping's pairs; a key that stands twice is refused."""
    seen: set[str] = set()
    for raw_key, raw_value in raw.value:
        key = _node(raw_key, file)
        if key.text() in seen:
            key.fail(f"{key.text()!r} stands twice", "keep one of them")
        seen.add(key.text())
        yield key, _node(raw_value, file)


def yaml_files(folder: Traversable) -> list[Traversable]:
    """Return the YAML files of a folder in the order of their names."""
    return sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name
    )


def content_hash(sources: Iterable[Traversable]) -> str:
    """Return a short hash over the names and bytes of files, in the order given."""
    digest = hashlib.sha256()
    for source in sources:
        body = source.read_bytes()
        digest.update(f"{source.name}\0{len(body)}\0".encode())
        digest.update(body)
    return digest.hexdigest()[:_HASH_DIGITS]
