"""The phrase language: what phrases match, and how a wrong one is refused."""

import pytest
import re2

from duty.cues.phrases import compile_phrases
from duty.data import Node
from dutyline.errors import DataError


def phrase(text: str) -> Node:
    return Node("test.yaml", 7, text, "text")


def finds(text: str, note: str) -> str | None:
    groups = {"gun": "(?:gun|rifle)"}
    (pattern,) = compile_phrases([phrase(text)], groups)
    options = re2.Options()
    options.case_sensitive = False
    match = re2.compile(pattern, options).search(note)
    return match.group() if match else None


@pytest.mark.parametrize(
    ("text", "note", "expected"),
    [
        ("knife", "HAS KNIFE NOW", "KNIFE"),
        ("knife", "KNIFEPOINT", None),
        ("suicid*", "IS SUICIDAL", "SUICIDAL"),
        ("doesn't want", "DOESNT WANT", "DOESNT WANT"),
        ("doesn't want", "doesn't want", "doesn't want"),
        ("51-50", "ON 51-50 HOLD", "51-50"),
        ("51-50", "ON 5150 HOLD", "5150"),
        ("r/p", "RP ADV", "RP"),
        ("has (a|the)? {gun}", "HAS RIFLE", "HAS RIFLE"),
        ("has (a|the)? {gun}", "HAS A GUN", "HAS A GUN"),
        ("w knife", "MALE W/ KNIFE", "W/ KNIFE"),
        ("hit ..2 face", "HIT HER IN FACE", "HIT HER IN FACE"),
        ("hit ..2 face", "HIT HER IN THE BIG FACE", None),
        ("hit ..2 face", "HIT HER. HIS FACE RED", None),
        ("# units", "SENDING 3 UNITS", "3 UNITS"),
        ("neg wpns", "NEG\nWPNS", None),
    ],
)
def test_a_phrase_matches_what_it_is_written_for(text: str, note: str, expected: str | None) -> None:
    assert finds(text, note) == expected


@pytest.mark.parametrize(
    "text", ["(gun", "gun)", "{rifle}", "..2 gun", "gun ..2", "gun?", "(a|b)?", "gun & knife", "a|b?"]
)
def test_a_phrase_that_cannot_be_read_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(DataError, match=r"test\.yaml, line 7"):
        finds(text, "")
