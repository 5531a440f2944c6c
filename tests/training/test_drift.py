"""Drift: what is like the reference says same, also in small samples, and what is not says drifted."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutyline.errors import DataError
from dutyline.incident.state import Limits
from dutyline.judgement.types import IncidentText, Line
from dutyline.vocabulary import OUTPUTS
from models.abbreviations import abbreviations
from models.classifier import NotesClassifier
from models.pipeline import incident_reader
from models.store import describe, load
from training import drift_traits
from training.corpus import Corpus, read, shipped_files
from training.drift import Measure, compare, js_distance, stability_index
from training.drift_notes import is_labelled, read_incidents
from training.drift_report import drift
from training.drift_telling import telling_apart
from training.drift_traits import HeldOut, Traits, traits


def made_up(count: int, seed: int, *, shift: float = 0.0, words: int = 40, call_types: int = 30) -> Traits:
    """Traits at random; `shift` moves every probability."""
    random = np.random.default_rng(seed)
    probabilities = np.clip(random.beta(1, 3, (count, len(OUTPUTS))) + shift, 0, 1)
    length = random.poisson(words, count)
    return Traits(
        words=length,
        unknown=random.binomial(length, 0.08),
        lines=random.poisson(3, count) + 1,
        thin=random.random(count) < 0.05,
        probabilities=probabilities,
        verdicts=np.digitize(probabilities, [0.2, 0.6]),
        call_types=random.choice([f"type {at}" for at in range(call_types)], count),
    )


def drifted(measures: list[Measure]) -> list[str]:
    return [each.name for each in measures if each.drifted]


@pytest.mark.parametrize("count", [20, 100, 1000])
def test_samples_of_one_kind_stay_within_their_bands(count: int) -> None:
    alarms = [
        seed for seed in range(20) if drifted(compare(made_up(count, seed), made_up(800, 999), draws=200))
    ]
    assert len(alarms) <= 1


def test_a_shift_of_the_probabilities_shows_in_both_their_measures() -> None:
    found = drifted(compare(made_up(300, 1, shift=0.2), made_up(800, 2), draws=200))
    assert {name.partition(",")[0] for name in found} == {
        f"{output}: {part}" for output in OUTPUTS for part in ("probability", "verdict")
    }


def test_short_notes_show_in_their_length_alone() -> None:
    found = drifted(compare(made_up(300, 1, words=8), made_up(800, 2), draws=200))
    assert found == ["words of an incident"]


def test_unknown_words_thin_notes_and_new_call_types_show_as_shares() -> None:
    today, reference = made_up(300, 1), made_up(800, 2)
    today.unknown[:] = today.words // 3
    today.thin[:150] = True
    today.call_types[:100] = "new 1"
    found = {each.name: each for each in compare(today, reference, draws=200)}
    for name in ("words that the model does not know", "thin incidents", "call types never seen"):
        measure = found[f"{name}, share"]
        assert measure.drifted
        assert measure.today > measure.high
    assert found["call types never seen, share"].today == round(1 / 3, 4)


def test_a_difference_too_small_to_matter_is_none_however_sure() -> None:
    today, reference = made_up(4000, 1), made_up(4000, 2)
    today.thin[:] = np.arange(4000) % 100 < 8
    [thin] = [each for each in compare(today, reference, draws=200) if each.name == "thin incidents, share"]
    assert (thin.drifted, thin.high - (thin.reference or 0)) == (False, pytest.approx(0.05, abs=1e-3))


def test_the_fewer_incidents_the_wider_the_bands() -> None:
    reference = made_up(800, 2)
    few, many = (compare(made_up(count, 1), reference, draws=200) for count in (20, 400))
    assert all(one.high >= other.high for one, other in zip(few, many, strict=True))


def test_the_same_incidents_give_the_same_figures() -> None:
    assert compare(made_up(50, 1), made_up(90, 2), draws=150) == compare(
        made_up(50, 1), made_up(90, 2), draws=150
    )


def test_notes_without_words_or_call_types_are_compared_too() -> None:
    nothing = made_up(30, 1, words=0)
    nothing.call_types[:] = ""
    assert all(np.isfinite([each.today, each.low, each.high]).all() for each in compare(nothing, nothing))


_SHARES = st.lists(st.integers(1, 50), min_size=4, max_size=4).map(
    lambda counts: np.array(counts) / sum(counts)
)


@given(_SHARES, _SHARES)
def test_both_distances_are_nothing_for_equals_and_the_same_both_ways(
    one: np.ndarray, other: np.ndarray
) -> None:
    for distance in (stability_index, js_distance):
        assert distance(one, one) == pytest.approx(0, abs=1e-7)
        assert distance(one, other) == pytest.approx(distance(other, one))
        assert distance(one, other) >= 0
    assert js_distance(one, other) <= 1


def incident(text: str) -> IncidentText:
    return IncidentText((Line("1", text, "call_taker"),))


def test_notes_of_other_words_are_told_apart_and_those_of_the_same_are_not() -> None:
    random = np.random.default_rng(5)
    plain, other = (
        [incident(" ".join(random.choice(list(words), 6))) for _ in range(120)]
        for words in (["NOISE", "DOG", "LOUD", "PARTY", "CAR", "STREET"], ["GUN", "KNIFE", "DOG", "FIGHT"])
    )
    reader = incident_reader(abbreviations())
    apart = telling_apart(other, plain, reader, draws=200)
    alike = telling_apart(plain[:40], plain[40:], reader, draws=200)
    assert (apart.drifted, apart.today > 0.95) == (True, True)
    assert not alike.drifted


def test_a_classifier_counts_the_words_that_it_does_not_know() -> None:
    classifier = load()
    assert classifier.words(incident("MALE HAS KNIFE QXZZY")) == (4, 1)
    assert classifier.words(incident("")) == (0, 0)
    machine = IncidentText((Line("1", "QXZZY", "system"),))
    assert classifier.words(machine) == (0, 0)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read(shipped_files())


@pytest.fixture(scope="module")
def held_out(corpus: Corpus) -> HeldOut:
    return drift_traits.held_out(corpus, describe())


def test_incidents_are_read_by_models_that_were_not_trained_on_them(
    corpus: Corpus, held_out: HeldOut, champion: NotesClassifier
) -> None:
    texts = [each.text for each in corpus.incidents]
    assert len(held_out.corpus) == len(texts)
    assert held_out.corpus.words.tolist() == [champion.words(each)[0] for each in texts]
    trained = traits(texts, held_out.models[0])
    assert trained.unknown.sum() < held_out.corpus.unknown.sum()


def test_other_incidents_are_read_by_the_same_models_in_turn(corpus: Corpus, held_out: HeldOut) -> None:
    texts = [each.text for each in corpus.incidents[:7]]
    found = held_out.read(texts)
    assert found.words.tolist() == held_out.corpus.words[:7].tolist()
    alone = traits([texts[6]], held_out.models[1])
    assert found.probabilities[6].tolist() == alone.probabilities[0].tolist()


@pytest.fixture(scope="module")
def champion() -> NotesClassifier:
    return load()


def test_a_part_of_the_corpus_says_same(corpus: Corpus, champion: NotesClassifier) -> None:
    today = {each.id: each.text for each in corpus.incidents[::5]}
    found = drift(today, corpus, champion, describe())
    assert (found.verdict, drifted(found.measures)) == ("same", [])
    assert (found.in_both, found.held_out) == (len(today), True)
    assert found.reference_incidents == len(corpus.incidents) - len(today)


def test_two_sets_of_notes_are_compared_by_the_model_in_use(
    corpus: Corpus, champion: NotesClassifier
) -> None:
    texts = {each.id: each.text for each in corpus.incidents[:300]}
    thin = {f"n{at}": incident("AREA CHECK") for at in range(60)}
    found = drift(thin, texts, champion, describe())
    assert (found.verdict, found.held_out, found.in_both) == ("drifted", False, 0)


def test_too_few_incidents_are_refused(corpus: Corpus, champion: NotesClassifier) -> None:
    with pytest.raises(DataError, match="3 incidents to compare are too few to tell; give at least 20"):
        drift({str(at): incident("X") for at in range(3)}, corpus, champion, describe())


def test_notes_are_read_as_the_worker_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "notes.jsonl"
    events = [
        {"incident_id": "A", "note_id": "1", "text": "one", "call_type": "NOISE"},
        {"incident_id": "B", "text": "PREM HX: DOG"},
        {"incident_id": "A", "note_id": "2", "text": "two", "kind": "system"},
        {"incident_id": "A", "note_id": "1", "text": "one again"},
        {"id": "C", "notes": ["in the corpus form"]},
        {"id": "D"},
    ]
    file.write_bytes(b"\n\n".join(json.dumps(each).encode() for each in events) + b"\n\xff\n")
    found = read_incidents([file], Limits())
    assert {name: [line.text for line in text.lines] for name, text in found.texts.items()} == {
        "A": ["one", "two"],
        "B": ["PREM HX: DOG"],
        "C": ["in the corpus form"],
    }
    assert found.texts["A"].call_type == "NOISE"
    assert [line.kind for name in "AB" for line in found.texts[name].lines] == [
        "call_taker",
        "system",
        "premise_history",
    ]
    assert found.unread == {"missing_incident_id": 1, "invalid_utf8": 1}
    assert not is_labelled(file)
    assert is_labelled(shipped_files()[0])
