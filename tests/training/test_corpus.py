"""Reading labelled incidents: what is wrong with a line is said with its file and number."""

import json
from pathlib import Path

import pytest

from dutyline.errors import CorpusError
from training import corpus

GOOD = {"id": "t-1", "call_type": "NOISE", "notes": ["LOUD MUSIC"], "labels": ["no_crime"]}


def write(path: Path, *entries: object) -> Path:
    path.write_text("".join((e if isinstance(e, str) else json.dumps(e)) + "\n" for e in entries))
    return path


def test_the_shipped_corpus_reads_and_can_train() -> None:
    found = corpus.read(corpus.shipped_files())
    assert len(found.incidents) > 900
    corpus.check_trainable(found, 10)


def test_machine_lines_of_the_corpus_are_recognised(tmp_path: Path) -> None:
    notes = ["** LOI search completed at 17:42:51 **", "RP WANTS REPORT"]
    (found,) = corpus.read([write(tmp_path / "a.jsonl", {**GOOD, "notes": notes})]).incidents
    assert [line.kind for line in found.text.lines] == ["system", "call_taker"]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (
            {**GOOD, "id": "t-2", "labels": ["weapons"]},
            r"a\.jsonl line 2: unknown label 'weapons'; the labels are",
        ),
        (GOOD, r"a\.jsonl line 2: the id 't-1' is already at a\.jsonl line 1"),
        ("{", r"a\.jsonl line 2: not a labelled incident .* mend the JSON"),
        ({**GOOD, "notes": []}, r"a\.jsonl line 2: not a labelled incident .*notes"),
        ({"id": "t-2", "labels": []}, r"a\.jsonl line 2: not a labelled incident .*notes"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, entry: object, reason: str) -> None:
    with pytest.raises(CorpusError, match=reason):
        corpus.read([write(tmp_path / "a.jsonl", GOOD, entry)])


def test_an_id_may_not_come_twice_in_two_files_either(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"b\.jsonl line 1: the id 't-1' is already at a\.jsonl line 1"):
        corpus.read([write(tmp_path / "a.jsonl", GOOD), write(tmp_path / "b.jsonl", GOOD)])


def test_no_error_quotes_a_note(tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as caught:
        corpus.read([write(tmp_path / "a.jsonl", {**GOOD, "notes": ["SECRET WORDS"], "labels": [1]})])
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("files", [[], ["a.jsonl"]])
def test_an_empty_corpus_is_refused(tmp_path: Path, files: list[str]) -> None:
    with pytest.raises(CorpusError, match="the corpus is empty"):
        corpus.read([write(tmp_path / name, "", "  ") for name in files])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"absent\.jsonl: no such file"):
        corpus.read([tmp_path / "absent.jsonl"])


def test_a_corpus_with_one_answer_only_is_refused(tmp_path: Path) -> None:
    entries = [{**GOOD, "id": f"t-{at}"} for at in range(30)]
    found = corpus.read([write(tmp_path / "a.jsonl", *entries)])
    with pytest.raises(
        CorpusError, match="mental_health: 0 of 30 incidents are true, training needs at least 10"
    ):
        corpus.check_trainable(found, 10)


def test_the_hash_is_of_the_content_not_of_the_files(tmp_path: Path) -> None:
    other = {**GOOD, "id": "t-2"}
    one = corpus.read([write(tmp_path / "a.jsonl", GOOD, other)])
    two = corpus.read([write(tmp_path / "b.jsonl", other), write(tmp_path / "c.jsonl", GOOD)])
    assert one.sha256 == two.sha256
    changed = corpus.read([write(tmp_path / "d.jsonl", GOOD, {**other, "labels": []})])
    assert changed.sha256 != one.sha256


def test_an_incident_in_training_and_kept_aside_is_refused(tmp_path: Path) -> None:
    ours = corpus.read([write(tmp_path / "a.jsonl", GOOD)])
    with pytest.raises(CorpusError, match="'t-1' is in training and kept aside"):
        corpus.check_apart(ours, corpus.read([write(tmp_path / "b.jsonl", GOOD)]))


def test_the_same_words_under_another_id_are_refused_as_well(tmp_path: Path) -> None:
    ours = corpus.read([write(tmp_path / "a.jsonl", GOOD)])
    twin = {**GOOD, "id": "t-2", "notes": ["loud  music"]}
    with pytest.raises(CorpusError, match="'t-1' has the same notes as 't-2'"):
        corpus.check_apart(ours, corpus.read([write(tmp_path / "b.jsonl", twin)]))


def test_the_shipped_corpus_keeps_aside_what_the_ids_say_and_nothing_twice() -> None:
    training, aside = corpus.read(corpus.shipped_files()), corpus.read(corpus.aside_files())
    corpus.check_apart(training, aside)
    assert not [each.id for each in training.incidents if corpus.belongs_aside(each.id)]
    assert not [each.id for each in aside.incidents if not corpus.belongs_aside(each.id)]


def test_an_undecided_label_is_neither_true_nor_false(tmp_path: Path) -> None:
    entry = {**GOOD, "undecided": ["needs_police"]}
    (found,) = corpus.read([write(tmp_path / "a.jsonl", entry)]).incidents
    assert found.undecided == {"needs_police"}


@pytest.mark.parametrize(
    ("undecided", "reason"),
    [(["no_crime"], "both in `labels` and in `undecided`"), (["custody"], "unknown label 'custody'")],
)
def test_a_label_cannot_be_undecided_and_more(tmp_path: Path, undecided: list[str], reason: str) -> None:
    with pytest.raises(CorpusError, match=reason):
        corpus.read([write(tmp_path / "a.jsonl", {**GOOD, "undecided": undecided})])
