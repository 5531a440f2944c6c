"""From the words of a line to what the classifier counts.

A feature is one of

* the stem of a word as it reads in full (`weapon` for WPNS), marked `not` or `unk` inside a denial
  (`NEG WPNS` gives `not weapon`) or a doubt (`UNK IF ARMED` gives `unk armed`);
* the beginning of a longer word (`thre~`), so that inflected, misspelt and cut words still count;
* a pair of neighbouring words within a clause (`off_medication`);
* the concept that a word, or two words near each other, stand for (`@blade`, `not @suicide`),
  so that a word that training never met still tells what kind of thing it is;
* all of these but pairs once more for the line typed last (`last @cleared`), where the call
  stands now;
* a word of the call type, or the whole of it, kept apart by its prefix (`type:welfare`).

Only the features of the last line depend on where a line stands: an incident's others are the
sum of its lines' own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from dutyline.judgement.types import IncidentText, Line
from dutyline.vocabulary import PRESENT_KINDS
from models.concepts import Concepts
from models.words import Scope, Word, WordReader, role, stem

TEXT_VERSION: Final = 2
"""Changes whenever the same text would give other features; a model is bound to it."""

MARKS: Final = ("", "not ", "unk ")
"""How features are named under the marks of `models.words`, in their order."""

LAST: Final = "last "

_BEGINNING: Final = 4
"""Letters that tell a word's family: THRE for threat, threatens, THREATNG."""


class Feature(NamedTuple):
    """One thing to count, and the words (`first` up to, not including, `last`) it came from."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class LineReader:
    """Names the features of lines, with the tables that it was trained with."""

    reader: WordReader
    concepts: Concepts

    def of_word(self, word: str) -> list[str]:
        """Name what a word gives by itself, without its mark."""
        own = stem(word)
        names = [own]
        if len(word) > _BEGINNING + 1 and word.isalpha():
            names.append(f"{word[:_BEGINNING]}~")
        names.extend(f"@{concept}" for concept in self.concepts.single.get(own, ()))
        return names

    def of_two(self, first: str, second: str) -> list[str]:
        """Name the concepts of two stems near each other, without their mark."""
        return [f"@{concept}" for concept in self.concepts.double.get((first, second), ())]

    def features(self, line: str, *, last: bool = False) -> tuple[list[Word], list[Feature]]:
        """Read a line: its words, and the features that they make.

        Args:
            line: as it was typed.
            last: it is the one typed last of several.
        """
        words = self.reader.words(line)
        return words, list(self._features(words, last=last))

    def call_type_features(self, call_type: str | None) -> list[str]:
        """The features of a call type, kept apart from those of notes by their prefix."""
        words = [word.text for word in self.reader.words(call_type or "")]
        if not words:
            return []
        return [f"type {' '.join(words)}", *(f"type:{word}" for word in words)]

    def _features(self, words: list[Word], *, last: bool) -> Iterator[Feature]:
        scope = Scope()
        marks = [MARKS[scope.mark(role(word.text), word.clause)] for word in words]
        stems = [stem(word.text) for word in words]
        for at, (word, mark) in enumerate(zip(words, marks, strict=True)):
            names = [(mark + name, at) for name in self.of_word(word.text)]
            for back in (1, 2):
                before = at - back
                if before >= 0 and words[before].clause == word.clause:
                    names.extend(
                        (marks[before] + name, before) for name in self.of_two(stems[before], stems[at])
                    )
            for name, first in names:
                yield Feature(name, first, at + 1)
                if last:
                    yield Feature(LAST + name, first, at + 1)
            if at and words[at - 1].clause == word.clause:
                yield Feature(f"{stems[at - 1]}_{stems[at]}", at - 1, at + 1)


@dataclass(frozen=True, slots=True)
class IncidentReader:
    """Lists the features of an incident: those of each present line, and of its call type.

    `common` reads the notes of agencies that have no table of their own in `agencies`.
    """

    common: LineReader
    agencies: Mapping[str, LineReader]

    def of(self, agency: str | None) -> LineReader:
        """The reader for an agency's notes."""
        return self.agencies.get(agency, self.common) if agency else self.common

    def __call__(self, incident: IncidentText) -> list[str]:
        """The names of all features, one for each time it occurs."""
        reader = self.of(incident.agency)
        names = reader.call_type_features(incident.call_type)
        for line, last in placed(incident):
            names.extend(feature.name for feature in reader.features(line.text, last=last)[1])
        return names


def present(incident: IncidentText) -> list[Line]:
    """The lines that tell what is happening now: not a machine's, not premise history."""
    return [line for line in incident.lines if line.kind in PRESENT_KINDS]


def placed(incident: IncidentText) -> list[tuple[Line, bool]]:
    """The present lines, each with whether it is the one typed last of several."""
    lines = present(incident)
    newest = len(lines) - 1
    return [(line, 0 < at == newest) for at, line in enumerate(lines)]
