"""From the text of a line straight to the columns that a trained model counts.

This is `models.features.LineReader` without names and spans, for the stream; a test holds the
two to the same answers on random input.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from models.features import LAST, MARKS, LineReader
from models.words import CHUNKS, NOTHING, Scope, after_header, clauses_ended, role, stem

_TOKENS_KEPT: Final = 65_536
"""Tokens whose reading is remembered."""

_LONGEST_KEPT: Final = 40
"""Longer tokens are no words, and are read anew each time."""

_STRIDE: Final = 1 << 32
"""Two stems' numbers make one key: `first * _STRIDE + second`."""

_UNPAIRED: Final = -1
"""The number of a stem that is part of no known pair."""

Columns = tuple[int, ...]


_NO_COLUMNS: Final[tuple[Columns, ...]] = ((),) * len(MARKS)


class _Counted(NamedTuple):
    """What a word adds: its columns under each mark, for any line and, besides, for the last."""

    role: int
    stem: int
    first: int
    """The stem's part of a pair's key, when it comes first."""
    any: tuple[Columns, ...]
    last: tuple[Columns, ...]


class _Near(NamedTuple):
    """What two stems next to each other, or with one word between, add under each mark of the first."""

    any: tuple[Columns, ...]
    last: tuple[Columns, ...]


class ColumnReader:
    """Reads lines into columns.

    Args:
        lines: the reader that the model was trained with.
        columns: the column of each feature that the model knows, by name.
    """

    def __init__(self, lines: LineReader, columns: Mapping[str, int]) -> None:
        self._lines = lines
        self._columns = columns
        self._stems: dict[str, int] = {}
        self._tokens: dict[str, tuple[_Counted, ...]] = {}
        bigrams: dict[int, int] = {}
        for name, column in columns.items():
            if "_" in name and " " not in name:
                first, second = name.split("_")
                bigrams[self._number(first) * _STRIDE + self._number(second)] = column
        self._apart = {
            self._number(first) * _STRIDE + self._number(second): _Near(
                *self._marked(lines.of_two(first, second))
            )
            for first, second in lines.concepts.double
        }
        nothing = _Near(_NO_COLUMNS, _NO_COLUMNS)
        self._pairs = {
            pair: _Near(_with(bigrams.get(pair), near.any), near.last)
            for pair in bigrams.keys() | self._apart.keys()
            for near in (self._apart.get(pair, nothing),)
        }
        self.call_type = lru_cache(maxsize=4096)(self._call_type)

    def columns(self, line: str) -> tuple[list[int], list[int]]:
        """The columns of a line, one for each time; and those it adds as the last of several."""
        found: list[int] = []
        last: list[int] = []
        scope: Scope | None = None
        clause = mark = 0
        before = twice = _UNPAIRED
        before_mark = twice_mark = 0
        pieces = CHUNKS.split(line[after_header(line) :])
        tokens, pairs, apart = self._tokens, self._pairs, self._apart
        for gap, chunk in zip(pieces[::2], pieces[1::2], strict=False):
            if gap != " " and (ended := clauses_ended(gap)):
                clause += ended
                before = twice = _UNPAIRED
            for part, own, first, alone, alone_last in tokens.get(chunk) or self._token(chunk):
                if scope is not None:
                    mark = scope.mark(part, clause)
                elif part != NOTHING:
                    scope = Scope()
                    mark = scope.mark(part, clause)
                found += alone[mark]
                last += alone_last[mark]
                if own != _UNPAIRED:
                    if before != _UNPAIRED and (pair := pairs.get(before + own)) is not None:
                        found += pair.any[before_mark]
                        last += pair.last[before_mark]
                    if twice != _UNPAIRED and (pair := apart.get(twice + own)) is not None:
                        found += pair.any[twice_mark]
                        last += pair.last[twice_mark]
                twice, twice_mark = before, before_mark
                before, before_mark = first, mark
        return found, last

    def _token(self, chunk: str) -> tuple[_Counted, ...]:
        read = tuple(self._word(text) for _, _, texts in self._lines.reader.parts(chunk) for text in texts)
        if len(chunk) <= _LONGEST_KEPT:
            if len(self._tokens) >= _TOKENS_KEPT:
                self._tokens.clear()
            self._tokens[chunk] = read
        return read

    def _word(self, text: str) -> _Counted:
        own = self._stems.get(stem(text), _UNPAIRED)
        first = own if own == _UNPAIRED else own * _STRIDE
        return _Counted(role(text), own, first, *self._marked(self._lines.of_word(text)))

    def _marked(self, names: list[str]) -> tuple[tuple[Columns, ...], tuple[Columns, ...]]:
        return tuple(self._known(mark, names) for mark in MARKS), tuple(
            self._known(LAST + mark, names) for mark in MARKS
        )

    def _known(self, prefix: str, names: list[str]) -> Columns:
        columns = (self._columns.get(prefix + name) for name in names)
        return tuple(column for column in columns if column is not None)

    def _number(self, of: str) -> int:
        return self._stems.setdefault(of, len(self._stems) + 1)

    def _call_type(self, call_type: str | None) -> Columns:
        return self._known("", self._lines.call_type_features(call_type))


def _with(column: int | None, near: tuple[Columns, ...]) -> tuple[Columns, ...]:
    """A pair's own column, whatever the mark, and those of the concepts that it stands for."""
    return near if column is None else tuple((column, *columns) for columns in near)
