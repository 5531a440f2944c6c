"""How far two readers agree."""

from pathlib import Path

import pytest

from dutyline.errors import CorpusError
from training import corpus
from training.agreement import READINGS, ReadingOf, agreement, readings


def reading(name: str, *labels: str, undecided: tuple[str, ...] = ()) -> ReadingOf:
    return ReadingOf(name, frozenset(labels), frozenset(undecided))


def by_id(*given: ReadingOf) -> dict[str, ReadingOf]:
    return {one.id: one for one in given}


def test_readers_who_say_the_same_agree_wholly() -> None:
    one = by_id(reading("a", "weapon"), reading("b"))
    assert agreement(one, one)["weapon"].kappa == 1


def test_readers_who_agree_by_chance_alone_have_no_kappa() -> None:
    first = by_id(reading("a", "weapon"), reading("b", "weapon"), reading("c"), reading("d"))
    second = by_id(reading("a", "weapon"), reading("b"), reading("c", "weapon"), reading("d"))
    assert agreement(first, second)["weapon"].same == 0.5
    assert agreement(first, second)["weapon"].kappa == 0


def test_what_a_reader_left_open_does_not_count() -> None:
    first = by_id(reading("a", "weapon"), reading("b", "weapon"), reading("c"))
    second = by_id(reading("a", "weapon"), reading("b", undecided=("weapon",)), reading("c"))
    assert agreement(first, second)["weapon"].incidents == 2


def test_an_incident_that_one_reader_read_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id":"a","labels":[]}\n' * 2)
    with pytest.raises(CorpusError, match=r"a\.jsonl line 2: 'a' was read twice"):
        readings(tmp_path)


def test_every_incident_of_the_corpus_was_read_by_two() -> None:
    ids = {
        incident.id
        for incident in corpus.read(
            [*corpus.shipped_files(), *corpus.aside_files(), *corpus.stress_files()]
        ).incidents
    }
    first, second = readings(READINGS / "first"), readings(READINGS / "second")
    assert ids == first.keys() == second.keys()
