"""From the text of note lines to what the classifier counts.

A line is read on its own, so the features of an incident are the sum of the features of its
lines: one more line never changes what earlier lines gave. Every feature knows the words
that it came from, and every word knows where it stands in the note as it was typed.

A feature is one of

* the stem of a word as it reads in full (`weapon` for WPNS), marked `not` or `unk` inside a denial
  (`NEG WPNS` gives `not weapon`) or a doubt (`UNK IF ARMED` gives `unk armed`);
* the beginning of a longer word (`thre~`), so that inflected, misspelt and cut words still count;
* a pair of neighbouring words within a clause (`off_medication`);
* a word of the call type, or the whole of it, kept apart by its prefix (`type:welfare`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

TEXT_VERSION: Final = 1
"""Changes whenever the same text would give other features; a model is bound to it."""

_HEADER: Final = re.compile(
    r"""\s*
    (?:/?(?:[01]?\d|2[0-3]):?[0-5]\d(?::?[0-5]\d)?(?=[\s(])   # 14:02:11, 1402, /1402
       (?:\s+(?:[A-Z]{1,4}\d{1,4}|POS\d+|\(\w*\s*\)|ENTRY)(?=\s))*  # CT114 POS07, (135 ) ENTRY
    )""",
    re.VERBOSE,
)
_CHUNK: Final = re.compile(r"[^\W_]+(?:[/'\u2019&-][^\W_]+)*(?:/(?=\s|$))?")
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


class Feature(NamedTuple):
    """One thing to count, and the words (`first` up to, not including, `last`) it came from."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class LineReader:
    """Reads lines with one table of abbreviations; kept inside the model it trained.

    `abbreviations` gives the full words for a lower-case token.
    """

    abbreviations: Mapping[str, str]

    def words(self, line: str) -> list[Word]:
        """Split a line into words, spans exact; several words may share one token's span."""
        found: list[Word] = []
        clause = 0
        header = _HEADER.match(line)
        end = header.end() if header else 0
        for chunk in _CHUNK.finditer(line, end):
            if _BREAK.search(line, end, chunk.start()):
                clause += 2
            elif "," in line[end : chunk.start()]:
                clause += 1
            end = chunk.end()
            found.extend(
                Word(text, start, stop, clause) for start, stop, texts in self._read(chunk) for text in texts
            )
        return found

    def features(self, line: str) -> tuple[list[Word], list[Feature]]:
        """Read a line: its words, and the features that they make."""
        words = self.words(line)
        return words, list(_features(words, _scopes(words)))

    def call_type_features(self, call_type: str | None) -> list[str]:
        """The features of a call type, kept apart from those of notes by their prefix."""
        words = [word.text for word in self.words(call_type or "")]
        if not words:
            return []
        return [f"type {' '.join(words)}", *(f"type:{word}" for word in words)]

    def _read(self, chunk: re.Match[str]) -> Iterator[tuple[int, int, list[str]]]:
        whole = _fold(chunk.group())
        known = self._known(whole)
        if known is not None:
            yield chunk.start(), chunk.end(), known
            return
        for part in _PART.finditer(chunk.group()):
            text = _fold(part.group())
            known = self._known(text)
            start = chunk.start() + part.start()
            yield start, start + len(part.group()), known if known is not None else [_plain(text)]

    def _known(self, token: str) -> list[str] | None:
        if token in self.abbreviations:
            return self.abbreviations[token].split()
        if token in _AGE_UNITS:
            return ["years-old"]
        age = _AGE.fullmatch(token)
        return ["age", _age_band(int(age[1]), months=age[2].startswith("m"))] if age else None


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


def _scopes(words: list[Word]) -> list[str]:
    """For each word the mark of the denial or doubt that it stands in, or nothing."""
    marks: list[str] = []
    mark, left, clause, listed = "", 0, 0, False
    for word in words:
        stop = word.clause > clause + 1 if listed else word.clause > clause
        if left == 0 or stop or word.text in _ENDS:
            mark, left = "", 0
        if word.text in _DENIALS or word.text in _DOUBTS:
            marks.append("")
            mark = "not " if word.text in _DENIALS else "unk "
            left, listed = _REACH, word.text in _LISTED_DENIALS
        else:
            marks.append(mark)
            left = max(0, left - 1)
        clause = word.clause
    return marks


def _features(words: list[Word], marks: list[str]) -> Iterator[Feature]:
    for at, (word, mark) in enumerate(zip(words, marks, strict=True)):
        yield Feature(mark + _stem(word.text), at, at + 1)
        if len(word.text) > _BEGINNING + 1 and word.text.isalpha():
            yield Feature(f"{mark}{word.text[:_BEGINNING]}~", at, at + 1)
        if at and words[at - 1].clause == word.clause:
            yield Feature(f"{_stem(words[at - 1].text)}_{_stem(word.text)}", at - 1, at + 1)


@lru_cache(maxsize=16384)
def _stem(word: str) -> str:
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
