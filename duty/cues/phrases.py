r"""The phrase language of the lexicon, compiled to regular expressions of re2's syntax.

A phrase is words in a row, with tolerance for what call-takers put between them.

| written | means |
| --- | --- |
| `knife` | the word, in any case |
| `doesn't`, `r/p` | the word with or without its apostrophe or stroke |
| `51-50` | the word with its dash, with a space, or as one |
| `suicid*` | any word that starts so |
| `#` | a number |
| `(gun\|hand gun)` | one of these phrases |
| `armed?`, `(a\\|the)?` | the word or group, or nothing |
| `{weapon}` | one of the phrases of the word group of that name |
| `..3` | up to three words of any kind, within one clause |
"""

import re
from collections.abc import Mapping, Sequence

from duty.data import Node

SEPARATOR = r"[ \t.,/\-\"'()&?:!\[\]]{1,3}"
"""What may stand between the words of a phrase; never a line end."""
_GAP_SEPARATOR = r"[ \t,/\-\"'()&:]{1,2}"
"""What may stand around a word of a gap: a gap does not reach over `.`, `//` or ` - `."""
_ANY_WORD = r"[a-z0-9'#$%+@_*]+"
_TOKEN = re.compile(r"\s*(?:(\.\.[1-9])|(\{[a-z_]+\})|([()|])|([a-z0-9'#+/][a-z0-9'#+/-]*\*?))(\?)?|\s*(\S)")
_GAP, _GROUP, _MARK, _WORD, _OPTIONAL, _STRAY = range(1, 7)
_NO_END = ""


class _Phrase:
    """A parser of one phrase; `groups` holds word groups that are already compiled."""

    def __init__(self, node: Node, groups: Mapping[str, str]) -> None:
        self._node = node
        self._groups = groups
        self._tokens = list(_TOKEN.finditer(node.text().lower()))
        self._at = 0

    def compile(self) -> str:
        pattern = self._alternatives()
        if self._at < len(self._tokens):
            self._node.fail("a `)` has no `(`", "remove it or open it")
        return pattern

    def _alternatives(self) -> str:
        found = [self._sequence()]
        while self._mark() == "|":
            self._at += 1
            found.append(self._sequence())
        return found[0] if len(found) == 1 else f"(?:{'|'.join(found)})"

    def _mark(self) -> str:
        return (self._tokens[self._at][_MARK] or _NO_END) if self._at < len(self._tokens) else _NO_END

    def _sequence(self) -> str:
        parts: list[tuple[str, bool, bool]] = []
        while self._at < len(self._tokens) and self._mark() not in ("|", ")"):
            parts.append(self._part())
        return self._joined(parts)

    def _part(self) -> tuple[str, bool, bool]:
        """Return a part's pattern, whether it is optional and whether it is a gap."""
        token = self._tokens[self._at]
        self._at += 1
        optional = bool(token[_OPTIONAL])
        if token[_STRAY]:
            self._node.fail(f"{token[_STRAY]!r} has no meaning in a phrase", "see the table in docs/duty.md")
        if token[_GAP]:
            return f"(?:{_GAP_SEPARATOR}{_ANY_WORD}){{0,{token[_GAP][2]}}}", True, True
        if token[_GROUP]:
            name = token[_GROUP][1:-1]
            if name not in self._groups:
                self._node.fail(f"there is no word group {name!r}", "define it above its first use")
            return self._groups[name], optional, False
        if token[_WORD]:
            return _word(token[_WORD]), optional, False
        inner = self._alternatives()
        if self._mark() != ")":
            self._node.fail("a `(` is not closed", "close it")
        optional = bool(self._tokens[self._at][_OPTIONAL])
        self._at += 1
        return f"(?:{inner})", optional, False

    def _joined(self, parts: Sequence[tuple[str, bool, bool]]) -> str:
        firm = next((i for i, (_, optional, _) in enumerate(parts) if not optional), None)
        if firm is None:
            self._node.fail("a phrase or alternative has no word that must be there", "make one firm")
        pattern = ""
        for i, (part, optional, gap) in enumerate(parts):
            if gap and (i < firm or i == len(parts) - 1):
                self._node.fail("a gap stands at the edge of a phrase", "put a firm word on both sides of it")
            if i < firm:
                pattern += f"(?:{part}{SEPARATOR})?"
            elif i == firm or gap:
                pattern += part
            else:
                pattern += f"(?:{SEPARATOR}{part})?" if optional else f"{SEPARATOR}{part}"
        return pattern


def _word(word: str) -> str:
    """Return the pattern of one word."""
    stem = word.removesuffix("*")
    pattern = "".join(
        {"'": "'?", "#": "[0-9]+", "+": r"\+", "/": "/?", "-": "[ -]?"}.get(letter, letter) for letter in stem
    )
    return pattern + ("[a-z0-9']*" if word.endswith("*") else "")


def compile_phrases(phrases: Sequence[Node], groups: Mapping[str, str]) -> tuple[str, ...]:
    """Compile phrases to one pattern each, that matches whole words.

    Raises:
        DataError: A phrase cannot be read, or names a word group that is not there.
    """
    return tuple(rf"\b(?:{compile_phrase(phrase, groups)})\b" for phrase in phrases)


def compile_phrase(phrase: Node, groups: Mapping[str, str]) -> str:
    """Compile one phrase, without word boundaries around it.

    Raises:
        DataError: As `compile_phrases`.
    """
    return _Phrase(phrase, groups).compile()
