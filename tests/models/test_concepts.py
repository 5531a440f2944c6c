"""The table of concepts."""

from pathlib import Path

import pytest

from dutyline.errors import DataError
from models.abbreviations import abbreviations
from models.concepts import concepts

COMMON = abbreviations().common


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_the_shipped_table_is_read_with_single_words_and_pairs() -> None:
    found = concepts(COMMON)
    assert "blade" in found.single["machet"]
    assert "suicide" in found.double["kill", "himself"]


def test_an_abbreviation_in_the_table_counts_as_what_it_stands_for(tmp_path: Path) -> None:
    found = concepts(COMMON, write(tmp_path / "c.yaml", "overdose: od\n"))
    assert list(found.single) == ["overdos"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [b", "cannot be read"),
        ("- a", "not a table of concepts"),
        ("a: [b, c]", "give each concept a text of words"),
        ("a: one_two_three", "'one_two_three' reads as 3 words"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        concepts(COMMON, write(tmp_path / "c.yaml", text))
