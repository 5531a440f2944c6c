"""Two models' answers side by side."""

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from dutyline.comparing import (
    ASPECTS,
    Answer,
    compare,
    furthest_through,
    latest_revisions,
    read_answer,
)
from dutyline.vocabulary import HAZARDS, INDICATORS


def answer(incident_id: str = "I", **changes: object) -> Answer:
    """An answer as it is published; `weapon="yes"` and the like change a verdict."""
    verdicts = {name: changes.pop(name, "no") for name in (*INDICATORS, *HAZARDS)}
    body = {
        "incident_id": incident_id,
        "revision": changes.pop("revision", 1),
        "through": {"note_id": "n", "notes": changes.pop("notes", 1)},
        "responders": ["police"],
        "response": "police",
        "level": 2,
        "needs_review": False,
        "indicators": {name: {"verdict": verdicts[name]} for name in INDICATORS},
        "hazards": {name: {"verdict": verdicts[name]} for name in HAZARDS},
        "versions": {"model": changes.pop("model", "A+1")},
        "reasons": ["CANARY"],
        **changes,
    }
    read = read_answer(json.dumps(body).encode())
    assert read is not None
    return read


def by_id(*answers: Answer) -> dict[str, Answer]:
    return {each.incident_id: each for each in answers}


def test_equal_answers_differ_in_nothing() -> None:
    found = compare(
        by_id(answer("I"), answer("J")), by_id(answer("I", model="B+2"), answer("J", model="B+2"))
    )
    assert (found.incidents, found.differences, set(found.differing.values())) == (2, [], {0})
    assert (found.champion_models, found.challenger_models) == ({"A+1": 2}, {"B+2": 2})


def test_every_aspect_in_which_they_differ_is_counted() -> None:
    champion = by_id(answer("I"), answer("J"), answer("K"))
    challenger = by_id(
        answer("I", responders=["clinician"], response="mobile_crisis", mental_health="yes"),
        answer("J", level=4, needs_review=True, weapon="unsure"),
        answer("K"),
    )
    found = compare(champion, challenger)
    differing = {name for name, count in found.differing.items() if count == 1}
    assert differing == {
        "responders",
        "response",
        "mental_health",
        "level",
        "needs_review",
        "weapon",
    }
    assert [each.incident_id for each in found.differences] == ["I", "J"]
    assert found.differences[0].aspects["mental_health"] == ("no", "yes")


def test_incidents_that_would_lose_or_gain_police_are_named() -> None:
    without = {"responders": ["clinician"], "response": "mobile_crisis"}
    together = {"responders": ["clinician", "police"], "response": "co_response"}
    champion = by_id(answer("loses"), answer("gains", **without), answer("keeps"), answer("never", **without))
    challenger = by_id(
        answer("loses", **without),
        answer("gains"),
        answer("keeps", **together),
        answer("never", level=1, **without),
    )
    found = compare(champion, challenger)
    assert (found.loses_police, found.gains_police) == (["loses"], ["gains"])
    assert found.responses == [
        ("mobile_crisis", "mobile_crisis", 1),
        ("mobile_crisis", "police", 1),
        ("police", "co_response", 1),
        ("police", "mobile_crisis", 1),
    ]


def test_what_only_one_answered_is_counted_and_not_compared() -> None:
    found = compare(by_id(answer("I"), answer("J")), by_id(answer("J"), answer("K"), answer("L")))
    assert (found.incidents, found.champion_only, found.challenger_only) == (1, 1, 2)


def test_of_the_champions_answers_the_highest_revision_counts_and_repeats_do_no_harm() -> None:
    answers = [answer(revision=1), answer(revision=3, level=4), answer(revision=2), answer(revision=1)]
    assert latest_revisions(answers)["I"].level == 4


def test_of_the_challengers_answers_the_one_that_read_most_counts() -> None:
    answers = [answer(revision=5, notes=3), answer(revision=1, notes=7, level=4), answer(revision=2, notes=2)]
    assert furthest_through(answers)["I"].level == 4
    again = [answer(notes=3), answer(notes=3, level=1)]
    assert furthest_through(again)["I"].level == 1


def test_no_words_of_notes_get_into_a_comparison() -> None:
    assert "CANARY" not in repr(compare(by_id(answer()), by_id(answer(level=4))))


@given(st.binary(max_size=100))
def test_what_is_no_suggestion_is_not_read_as_one(value: bytes) -> None:
    assert read_answer(value) is None


aspects = st.fixed_dictionaries(
    {
        "responders": st.sampled_from([["police"], ["clinician"], ["police", "clinician"]]),
        "response": st.sampled_from(["a", "b"]),
        "level": st.integers(1, 4),
        "weapon": st.sampled_from(["yes", "no", "unsure"]),
    }
)
several = st.lists(st.tuples(st.sampled_from("IJKL"), aspects), max_size=6)


@given(several, several)
def test_the_counts_of_a_comparison_agree_with_each_other(
    one: Sequence[tuple[str, dict[str, object]]], other: Sequence[tuple[str, dict[str, object]]]
) -> None:
    champion = by_id(*(answer(name, **fields) for name, fields in one))
    challenger = by_id(*(answer(name, **fields) for name, fields in other))
    found = compare(champion, challenger)
    assert found.incidents + found.champion_only == len(champion)
    assert found.incidents + found.challenger_only == len(challenger)
    assert sum(count for _, _, count in found.responses) == found.incidents
    assert tuple(found.differing) == ASPECTS
    assert sum(found.differing.values()) == sum(len(each.aspects) for each in found.differences)
    mirrored = compare(challenger, champion)
    assert (mirrored.loses_police, mirrored.gains_police) == (found.gains_police, found.loses_police)
