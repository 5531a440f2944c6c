"""Finds a lexicon's patterns in a text, in time linear in the text.

One set of all patterns is run over the text first; only patterns that occur in it are then
located. The text is matched as ASCII bytes of the same length, so that positions in the bytes
are positions in the text whatever characters it holds.
"""

from collections.abc import Sequence

import re2

_SET_MEMORY = 192 << 20
"""Bytes that re2 may keep automaton states in; a set that runs out only starts them anew."""
_PATTERN_MEMORY = 8 << 20
"""Bytes that re2 may keep one pattern's automaton states in."""
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u00b4`\u201c\u201d", "'''''\"\"")
Span = tuple[int, int]


class Matcher:
    """Locates patterns by their index in the sequence it was made from."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._set = re2.Set.SearchSet(_options(_SET_MEMORY))
        for pattern in patterns:
            self._set.Add(pattern.encode("ascii"))
        self._sentinel = self._set.Add(b"")
        self._set.Compile()
        each = _options(_PATTERN_MEMORY)
        each.longest_match = True
        self._patterns = [re2.compile(pattern.encode("ascii"), each) for pattern in patterns]

    def find(self, text: str) -> tuple[bytes, list[tuple[int, list[Span]]]]:
        """Return the text as matched, and each occurring pattern's index with its spans in order."""
        shadow = ascii_shadow(text)
        located = []
        for index in self._candidates(shadow):
            spans = [match.span() for match in self._patterns[index].finditer(shadow)]
            if spans:
                located.append((index, spans))
        return shadow, located

    def _candidates(self, shadow: bytes) -> Sequence[int]:
        """Return the patterns that occur; all of them should the set have failed.

        A set that runs out of memory answers as if nothing had matched. The empty pattern
        matches every text, so that an answer without it is known to be such a failure.
        """
        matched = self._set.Match(shadow) or ()
        if self._sentinel not in matched:
            return range(len(self._patterns))
        return sorted(index for index in matched if index != self._sentinel)


def ascii_shadow(text: str) -> bytes:
    """Return the text as ASCII bytes, one for each character, with curly quotes made straight."""
    if not text.isascii():
        text = text.translate(_APOSTROPHES)
    return text.encode("ascii", "replace")


def _options(memory: int) -> re2.Options:
    options = re2.Options()
    options.max_mem = memory
    options.case_sensitive = False
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return options
