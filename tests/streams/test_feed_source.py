"""Lines from files, and files that are known again."""

import io
from pathlib import Path

import pytest

from dutyline.errors import SettingsError
from streams.feed_source import LINE_BYTES_MAX, lines_of, open_source


def _id(path: Path) -> str | None:
    with open_source(path) as source:
        return source.feed_id


def test_lines_come_as_they_are() -> None:
    assert list(lines_of(io.BytesIO(b"a\r\n\n\x00b\nend"))) == [b"a\r\n", b"\n", b"\x00b\n", b"end"]


@pytest.mark.parametrize("length", [LINE_BYTES_MAX, LINE_BYTES_MAX + 1, 3 * LINE_BYTES_MAX])
def test_of_a_line_that_no_record_can_carry_only_the_beginning_is_held(length: int) -> None:
    lines = list(lines_of(io.BytesIO(b"x" * length + b"\nnext\n")))
    assert [len(line) for line in lines] == [LINE_BYTES_MAX, 5]


def test_a_file_is_known_again_when_it_grew_or_moved(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_bytes(b'{"n": 1}')
    before = _id(path)
    path.write_bytes(b'{"n": 1}\n{"n": 2}\n')
    (tmp_path / "elsewhere").mkdir()
    moved = path.rename(tmp_path / "elsewhere" / "notes.jsonl")
    assert before == _id(moved)


def test_another_beginning_or_name_is_another_feed(tmp_path: Path) -> None:
    contents = {"a.jsonl": b"1\n", "b.jsonl": b"1\n", "c/a.jsonl": b"2\n"}
    (tmp_path / "c").mkdir()
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    assert len({_id(tmp_path / name) for name in contents}) == 3


def test_the_whole_file_is_given_after_it_was_identified(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_bytes(b"1\n2\n")
    with open_source(path) as source:
        assert (list(source.lines), source.size) == ([b"1\n", b"2\n"], 4)


def test_standard_input_is_no_feed_that_could_go_on() -> None:
    with open_source(Path("-")) as source:
        assert (source.feed_id, source.size) == (None, None)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(SettingsError, match=r"missing\.jsonl: No such file"),
        open_source(tmp_path / "missing.jsonl"),
    ):
        pass
