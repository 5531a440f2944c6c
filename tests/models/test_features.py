"""From typed lines to words and to what the classifier counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutyline.judgement.types import IncidentText, Line
from models.abbreviations import abbreviations
from models.features import IncidentReader, LineReader
from models.pipeline import incident_reader
from models.words import WordReader

INCIDENTS = incident_reader(abbreviations())
READER = INCIDENTS.common
NOTE_LIKE = st.text(alphabet=st.sampled_from("ABab 019.,/:'()-\u2019\u0130\u00df*;W"), max_size=80) | st.text(
    max_size=80
)


def names(line: str) -> set[str]:
    return {feature.name for feature in READER.features(line)[1]}


def words(line: str) -> list[str]:
    return [word.text for word in READER.reader.words(line)]


def test_the_ways_to_write_weapon_are_one_word() -> None:
    assert words("WPN") == words("wpns") == words("Weapons") == ["weapon"]


def test_a_denied_weapon_is_not_a_weapon() -> None:
    found = names("NEG WPNS SEEN")
    assert "not weapon" in found
    assert "weapon" not in found


def test_a_run_on_denial_is_a_denial() -> None:
    assert "not weapon" in names("NOWPNS")


def test_a_doubted_weapon_is_neither_there_nor_denied() -> None:
    found = names("UNK IF ARMED")
    assert "unk armed" in found
    assert not found & {"armed", "not armed"}


def test_a_denial_ends_with_its_clause() -> None:
    assert {"not weapon", "knif"} <= names("NEG WPNS // KNIFE ON TABLE")


def test_a_denial_ends_at_but() -> None:
    assert "knif" in names("NO GUN BUT HAS KNIFE")


def test_denies_reaches_through_a_list() -> None:
    assert {"not suicidal", "not homicidal"} <= names("DENIES SI, HI")


@pytest.mark.parametrize(
    "header",
    ["14:02:11 CT114 POS07  ", "1402 ", "22:47 K8 ", "/1315 (135 ) ENTRY "],
)
def test_the_time_and_the_call_takers_position_are_not_counted(header: str) -> None:
    assert names(header + "MALE SHOUTING") == names("MALE SHOUTING")


def test_a_hold_code_at_the_start_of_a_line_is_no_time() -> None:
    assert words("5150 REQUESTED")[0] == "hold"


def test_an_age_counts_by_what_it_means() -> None:
    assert "<child>" in words("3 YO") or "<child>" in words("3YO")
    assert "<elder>" in words("81YOF")
    assert "<adult>" in words("24YOA")


def test_no_pair_of_words_crosses_a_clause() -> None:
    assert "quiet_male" not in names("QUIET. MALE LEFT")
    assert "quiet_male" in names("QUIET MALE LEFT")


def test_the_call_type_is_kept_apart_from_the_notes() -> None:
    assert READER.call_type_features("WELFARE CHECK") == [
        "type welfare check",
        "type:welfare",
        "type:check",
    ]
    assert READER.call_type_features(None) == READER.call_type_features("") == []


def test_an_agency_may_read_a_code_its_own_way() -> None:
    own = LineReader(WordReader({**abbreviations().common, "cp": "command post"}), READER.concepts)
    reader = IncidentReader(READER, {"metro": own})
    line = Line("1", "AT CP", "call_taker")
    assert {"command", "post"} <= set(reader(IncidentText((line,), agency="metro")))
    elsewhere = reader(IncidentText((line,), agency="county"))
    assert elsewhere == reader(IncidentText((line,)))
    assert "post" not in elsewhere


def test_words_of_a_kind_share_a_concept() -> None:
    assert "@blade" in names("HAS A MACHETE") & names("HAS A KNFE") & names("w/ box cutter")


def test_a_denied_concept_is_not_the_concept() -> None:
    found = names("NEG KNIVES SEEN")
    assert "not @blade" in found
    assert "@blade" not in found


def test_two_words_make_a_concept_with_at_most_one_between_them() -> None:
    assert "@suicide" in names("WANTS TO KILL HIMSELF") & names("KILL HER SELF")
    assert "@suicide" not in names("KILL TIME WITH HER OLD SELF")


def test_the_line_typed_last_counts_once_more() -> None:
    first, last = Line("1", "HAS A KNIFE", "call_taker"), Line("2", "DROPPED IT", "call_taker")
    assert "last drop" in INCIDENTS(IncidentText((first, last)))
    assert "last knif" not in INCIDENTS(IncidentText((first, last)))


def test_a_single_line_is_not_the_last_of_several() -> None:
    found = INCIDENTS(IncidentText((Line("1", "DROPPED IT", "call_taker"),)))
    assert not [name for name in found if name.startswith("last ")]


@given(NOTE_LIKE)
def test_every_word_stands_where_it_says_in_the_typed_line(line: str) -> None:
    last = (0, 0)
    for word in READER.reader.words(line):
        span = (word.start, word.end)
        assert 0 <= word.start < word.end <= len(line)
        assert word.start >= last[1] or span == last
        assert not line[word.start].isspace()
        assert not line[word.end - 1].isspace()
        last = span


@given(NOTE_LIKE)
def test_every_feature_comes_from_words_of_its_line(line: str) -> None:
    words_read, features = READER.features(line)
    assert all(0 <= feature.first < feature.last <= len(words_read) for feature in features)


@given(NOTE_LIKE)
def test_reading_a_line_again_gives_the_same(line: str) -> None:
    assert READER.features(line) == READER.features(line)
