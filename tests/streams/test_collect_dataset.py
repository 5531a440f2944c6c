"""A data set on disk: only its owner reads it, and a change shows."""

import os
import stat
from pathlib import Path

import pytest

from dutyline.errors import DataError
from streams.collect_dataset import ABOUT, NOTES, Counts, Dataset, Folder, TopicRead, read_dataset

COUNTS = Counts(0, 0, 0, 0, 0, 0, {}, 0, 0, 0, 0, {}, 0, 0, {})


def written(path: Path, created_at: str = "2026-11-24T10:00:00+00:00") -> Dataset:
    folder = Folder(path)
    files = {NOTES: folder.write(NOTES, [b'{"a": 1}', b'{"b": 2}'])}
    nothing = TopicRead("t", [])
    return folder.finish(
        Dataset(
            created_at=created_at,
            software="0",
            dispositions="0",
            notes=nothing,
            outcomes=nothing,
            again=[],
            counts=COUNTS,
            files=files,
        )
    )


def test_only_the_owner_can_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        written(tmp_path / "a" / "set")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a" / "set").stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "a" / "set").iterdir()}
    assert modes == {NOTES: 0o600, ABOUT: 0o600, ".gitignore": 0o600}


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    dataset = written(tmp_path / "set")
    assert read_dataset(tmp_path / "set") == dataset
    assert dataset.files[NOTES].bytes == 18


def test_the_hash_is_the_datas_and_not_the_times(tmp_path: Path) -> None:
    one, two = written(tmp_path / "1"), written(tmp_path / "2", "2027-01-01T00:00:00+00:00")
    assert one.created_at != two.created_at
    assert one.sha256 == two.sha256


@pytest.mark.parametrize(("old", "new"), [(b'"a": 1', b'"a": 2'), (b'"software": "0"', b'"software": "1"')])
def test_a_file_that_was_changed_is_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    written(tmp_path / "set")
    for file in (tmp_path / "set").iterdir():
        file.write_bytes(file.read_bytes().replace(old, new))
    with pytest.raises(DataError, match="is not what was collected"):
        read_dataset(tmp_path / "set")


def test_a_folder_that_is_not_finished_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "set")
    (tmp_path / "set" / ABOUT).unlink()
    with pytest.raises(DataError, match="holds no finished data set"):
        read_dataset(tmp_path / "set")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="is not empty; collect into a folder of its own"):
        Folder(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_what_was_begun_and_discarded_leaves_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "set")
    folder.write(NOTES, [b"x"])
    folder.discard()
    assert not (tmp_path / "set").exists()
