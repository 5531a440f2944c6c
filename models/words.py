"""From a typed line to its words, each as it reads in full and with its place in the line.

Words know the clause that they stand in, and whether a denial (`NEG WPNS`) or a doubt
(`UNK IF ARMED`) reaches them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

_HEADER: Final = re.compile(
    r"""\s*
    (?:/?(?:[01]?\d|2[0-3]):?[0-5]\d(?::?[0-5]\d)?(?=[\s(])   # 14:02:11, 1402, /1402
       (?:\s+(?:[A-Z]{1,4}\d{1,4}|POS\d+|\(\w*\s*\)|ENTRY)(?=\s))*  # CT114 POS07, (135 ) ENTRY
    )""",
    re.VERBOSE,
)
CHUNKS: Final = re.compile(r"([^\W_]+(?:[/'\u2019&-][^\W_]+)*(?:/(?=\s|$))?)")
"""Splits a line into gaps and tokens in turn, a gap first and last."""
_PART: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_BREAK: Final = re.compile(r"[.;:!?()\"|]|//|,,|\s-+\s|--")
_AGE: Final = re.compile(r"(\d{1,3})-?(yoa|yof|yom|yo|y/o|mo|m/o)([mf]?)")
_AGE_UNITS: Final = frozenset({"yoa", "yof", "yom", "yo", "y/o", "mo", "m/o"})

_DENIALS: Final = frozenset(
    {
        "no",
        "not",
        "neg",
        "none",
        "nobody",
        "never",
        "without",
        "denies",
        "denied",
        "denying",
        "nothing",
        "non",
    }
    | {"isnt", "wasnt", "arent", "didnt", "doesnt", "dont", "hasnt", "havent", "hadnt", "aint"}
    | {"wont", "wouldnt", "cant", "couldnt"}
)
_LISTED_DENIALS: Final = frozenset({"denies", "denied", "denying"})
"""These deny a whole list: `DENIES SI, HI, WPNS`; the others end at a comma."""
_DOUBTS: Final = frozenset({"unknown", "unsure", "possible", "maybe", "if"})
_ENDS: Final = frozenset({"but", "now", "however", "except", "although", "then", "just"})
_REACH: Final = 4
"""How many words a denial or a doubt reaches."""

PLAIN, DENIED, UNKNOWN = range(3)
"""The marks that a word can stand under."""

NOTHING, DENIES, DENIES_LIST, DOUBTS, ENDS = range(5)
"""What a word does to the words after it."""

_OPENING: Final = frozenset({DENIES, DENIES_LIST, DOUBTS})

_CHILD, _TEEN, _ELDER = 13, 18, 65

_ENDINGS: Final = ("ing", "ed", "er", "ly", "ion")

_BEGINNING: Final = 4
"""Letters that tell a word's family: THRE for threat, threatens, THREATNG."""

_SHORT: Final = 3
"""Words of so few letters keep their `s`: GAS, BUS."""


class Word(NamedTuple):
    """A word as it reads in full; `start:end` is where it stands in the typed line."""

    text: str
    start: int
    end: int
    clause: int


@dataclass(frozen=True, slots=True)
class WordReader:
    """Splits lines into words with one table of abbreviations.

    `abbreviations` gives the full words for a lower-case token.
    """

    abbreviations: Mapping[str, str]

    def words(self, line: str) -> list[Word]:
        """Split a line into words, spans exact; several words may share one token's span."""
        found: list[Word] = []
        clause = 0
        end = after_header(line)
        pieces = CHUNKS.split(line[end:])
        for gap, chunk in zip(pieces[::2], pieces[1::2], strict=False):
            clause += clauses_ended(gap)
            begin = end + len(gap)
            end = begin + len(chunk)
            found.extend(
                Word(text, begin + start, begin + stop, clause)
                for start, stop, texts in self.parts(chunk)
                for text in texts
            )
        return found

    def parts(self, chunk: str) -> Iterator[tuple[int, int, list[str]]]:
        """Read one token, giving for each part its place in the token and the words it stands for."""
        whole = _fold(chunk)
        known = self._known(whole)
        if known is not None:
            yield 0, len(chunk), known
            return
        for part in _PART.finditer(chunk):
            text = _fold(part.group())
            known = self._known(text)
            yield part.start(), part.end(), known if known is not None else [_plain(text)]

    def _known(self, token: str) -> list[str] | None:
        if token in self.abbreviations:
            return self.abbreviations[token].split()
        if token in _AGE_UNITS:
            return ["years-old"]
        age = _AGE.fullmatch(token)
        return ["age", _age_band(int(age[1]), months=age[2].startswith("m"))] if age else None


def after_header(line: str) -> int:
    """Where the text begins, behind the time and the call-taker's position."""
    header = _HEADER.match(line)
    return header.end() if header else 0


@lru_cache(maxsize=4096)
def clauses_ended(gap: str) -> int:
    """How strongly the characters between two words part them: 0 not, 1 a comma, 2 a stop."""
    return 2 if _BREAK.search(gap) else int("," in gap)


def _fold(token: str) -> str:
    return token.lower().replace("\u2019", "'")


def _plain(word: str) -> str:
    """A number by its size only, any other word without apostrophe and plural."""
    if word.isdecimal():
        return f"<{len(word)}d>"
    word = word.replace("'", "")
    if word in _DENIALS:
        return word
    plural = len(word) > _SHORT and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def _age_band(age: int, *, months: bool) -> str:
    if months or age < _CHILD:
        return "<child>"
    if age < _TEEN:
        return "<teen>"
    return "<elder>" if age >= _ELDER else "<adult>"


class Scope:
    """Follows the words of a line, and tells for each the mark of the denial or doubt it stands in."""

    __slots__ = ("_clause", "_left", "_listed", "_mark")

    def __init__(self) -> None:
        self._mark = PLAIN
        self._left = self._clause = 0
        self._listed = False

    def mark(self, role: int, clause: int) -> int:
        """Tell the next word's mark.

        Args:
            role: what `role` says of the word.
            clause: the clause that it stands in.
        """
        if self._left and (
            role == ENDS or (clause > self._clause + 1 if self._listed else clause > self._clause)
        ):
            self._left = 0
        self._clause = clause
        if role in _OPENING:
            self._mark = UNKNOWN if role == DOUBTS else DENIED
            self._left, self._listed = _REACH, role == DENIES_LIST
            return PLAIN
        if self._left:
            self._left -= 1
            return self._mark
        return PLAIN


@lru_cache(maxsize=16384)
def role(word: str) -> int:
    """What a word does to those after it: one of the constants above."""
    if word in _DENIALS:
        return DENIES_LIST if word in _LISTED_DENIALS else DENIES
    if word in _DOUBTS:
        return DOUBTS
    return ENDS if word in _ENDS else NOTHING


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A word without the commonest endings of English."""
    if not word.isalpha():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + _SHORT:
            word = word[: -len(ending)]
            break
    if len(word) > _SHORT + 1 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:-1] if len(word) > _SHORT + 1 and word.endswith("e") else word
