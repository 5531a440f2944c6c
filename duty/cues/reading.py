"""Reads one line: which targets its words name, and how they are meant.

After ConText (Chapman and others): a modifier reaches some words forward or backward from
where it stands, until something ends its reach. Notes have few sentences, so a reach is
bounded by words and by the separators that call-takers use (`//`, `..`, `;`), and never by
sentence ends alone.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from duty.cues.matcher import Span
from duty.cues.model import EFFECTS, MARK_STATUS, MARKS, Entry, Mention, Modifier

_CLAUSE_END = re.compile(rb"[;\n\r]|//|\.\.|[.?!]\s|--| - ")
_LIST_ITEM_END = re.compile(
    rb"[\"')]*\s*(?:$|[,;./\n\r?!&\-]|(?:or|and|nor|per|seen|in|at|today|now|hx)\b)", re.IGNORECASE
)
"""What follows a member of a list: a denial goes on over commas only to such words."""
_WORD_CHARACTERS = 16
"""A word longer than this on average ends a reach: nobody typed it as a word."""
_STRENGTH = {mark: rank for rank, mark in enumerate(MARKS)}


class Scopes:
    """The modifiers of one line, with what ends their reach."""

    def __init__(
        self,
        shadow: bytes,
        modifiers: Iterable[tuple[Modifier, Span]],
        turns: Iterable[Span],
        subjects: Iterable[Span],
    ) -> None:
        self._shadow = shadow
        forward, backward = [], []
        for modifier, (start, end) in modifiers:
            if modifier.reach == "forward":
                forward.append((end, modifier))
            else:
                backward.append((start, modifier))
        self._forward = sorted(forward, key=lambda found: found[0])
        self._backward = sorted(backward, key=lambda found: found[0])
        self._forward_at = [at for at, _ in self._forward]
        self._backward_at = [at for at, _ in self._backward]
        self._turns = sorted(start for start, _ in turns)
        self._subjects = sorted(start for start, _ in subjects)
        self._most_words = max((m.words for _, m in (*forward, *backward)), default=0)

    def mark(self, entry: Entry, span: Span) -> str | None:
        """Return the strongest mark on a target's words, or None if they stand as they are."""
        if not entry.heeds or not (self._forward or self._backward):
            return None
        start, end = span
        marks = set()
        for i in range(bisect_right(self._forward_at, start) - 1, -1, -1):
            at, modifier = self._forward[i]
            if start - at > self._most_words * _WORD_CHARACTERS:
                break
            if self._applies(modifier, entry) and self._reaches(modifier, at, start, after=end):
                marks.add(modifier.mark)
        for i in range(bisect_left(self._backward_at, end), len(self._backward_at)):
            at, modifier = self._backward[i]
            if at - end > self._most_words * _WORD_CHARACTERS:
                break
            if self._applies(modifier, entry) and self._reaches(modifier, end, at, after=None):
                marks.add(modifier.mark)
        return min(marks, key=_STRENGTH.__getitem__, default=None)

    @staticmethod
    def _applies(modifier: Modifier, entry: Entry) -> bool:
        return (
            modifier.mark in entry.heeds
            and entry.target not in modifier.spares
            and (not modifier.only or entry.target in modifier.only)
        )

    def _reaches(self, modifier: Modifier, left: int, right: int, after: int | None) -> bool:
        """Tell whether a reach gets from `left` to `right`; `after` is where a listed target ends."""
        between = self._shadow[left:right]
        if len(between.split()) > modifier.words or _CLAUSE_END.search(between):
            return False
        if _stands_in(self._turns, left, right):
            return False
        if modifier.stops_at_subject and _stands_in(self._subjects, left, right):
            return False
        if modifier.mark != "negated" or b"," not in between:
            return True
        # A list of what is denied goes on over commas; another statement does not.
        if after is None or _stands_in(self._subjects, left, after):
            return False
        return bool(_LIST_ITEM_END.match(self._shadow, after))


def _stands_in(starts: Sequence[int], left: int, right: int) -> bool:
    """Tell whether any of the sorted positions lies in `left <= position < right`."""
    i = bisect_left(starts, left)
    return i < len(starts) and starts[i] < right


def mentions(found: Iterable[tuple[Entry, Span]], scopes: Scopes) -> tuple[Mention, ...]:
    """Decide how each located target is meant; words inside a more telling phrase are left to it."""
    stated: list[tuple[Entry, Span]] = []
    covers: dict[str, list[Span]] = {}
    result: list[Mention] = []
    for entry, span in found:
        if entry.effect == "states":
            stated.append((entry, span))
            continue
        covers.setdefault(entry.target, []).append(span)
        mark = scopes.mark(entry, span)
        status = MARK_STATUS[mark] if mark else EFFECTS[entry.effect]
        if status != "shielded":
            result.append(Mention(entry.target, entry.id, status, *span))
    covered = {target: Cover(spans) for target, spans in covers.items()}
    for entry, span in stated:
        cover = covered.get(entry.target)
        if cover is None or not cover.holds(span):
            mark = scopes.mark(entry, span)
            result.append(Mention(entry.target, entry.id, MARK_STATUS[mark] if mark else "stated", *span))
    return _longest(result)


def _longest(found: Iterable[Mention]) -> tuple[Mention, ...]:
    """Drop a mention that lies within another of the same target and status."""
    kept: list[Mention] = []
    furthest: dict[tuple[str, str], int] = {}
    for mention in sorted(found, key=lambda m: (m.start, -m.end, m.target, m.entry)):
        key = (mention.target, mention.status)
        if mention.end > furthest.get(key, -1):
            furthest[key] = mention.end
            kept.append(mention)
    return tuple(kept)


class Cover:
    """Spans that hide what overlaps them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _ in self._spans]
        self._furthest: list[int] = []
        furthest = 0
        for _, end in self._spans:
            furthest = max(furthest, end)
            self._furthest.append(furthest)

    def holds(self, span: Span) -> bool:
        """Tell whether the span overlaps any of the spans."""
        i = bisect_left(self._starts, span[1]) - 1
        return i >= 0 and self._furthest[i] > span[0]
