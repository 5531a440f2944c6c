"""The rule packs: their cases in tests/duty/cases, findings, dates and versions."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.data import Node, read
from duty.rules import load_rules
from dutyline.errors import DataError
from dutyline.judgement.types import CueFinding, DutyOpinion, HazardFinding, Reading
from dutyline.vocabulary import CUES, HAZARDS, INDICATORS, CueState

CASES = Path(__file__).parent / "cases"


def consider(code: str | None, states: Mapping[str, str], on: date | None = None) -> DutyOpinion:
    """Apply a jurisdiction's rules to cues, hazards and indicators by name; the rest is not known."""
    cues = {name: CueFinding("unknown") for name in CUES}
    for cue_state in get_args(CueState):
        cues |= {name: CueFinding(cue_state) for name in CUES if states.get(name) == cue_state}
    verdicts = {name: states.get(name, "unsure") for name in (*HAZARDS, *INDICATORS)}
    reading = Reading(cues, {name: HazardFinding("unsure") for name in HAZARDS})
    return load_rules().for_jurisdiction(code).consider(reading, verdicts, verdicts, on)


def cases() -> Iterator[tuple[str, str, Node]]:
    for file in sorted(CASES.glob("*.yaml")):
        for item in read(file).items():
            fields = item.fields(needs=("rule", "cases"))
            for case in fields["cases"].items():
                name = case.fields(needs=("name", "given", "then"), may=("on",))["name"].text()
                yield fields["rule"].text(), name, case


@pytest.mark.parametrize(("rule", "name", "case"), list(cases()))
def test_a_rule_does_what_its_case_says(rule: str, name: str, case: Node) -> None:
    fields = case.fields(needs=("name", "given", "then"), may=("on",))
    states = {key.text(): value.text() for key, value in fields["given"].pairs()}
    on = fields["on"].day() if "on" in fields else None

    opinion = consider(rule.partition(".")[0].upper(), states, on)

    then = fields["then"].one_of(("applies", "does not apply", "asks"))
    assert (rule in {fired.id for fired in opinion.rules}) == (then == "applies"), name
    if then == "asks":
        assert opinion.questions, name


def test_every_rule_has_cases_that_apply_and_that_do_not() -> None:
    told: dict[str, set[str]] = {}
    for rule, _, case in cases():
        told.setdefault(rule, set()).add(
            case.fields(needs=("name", "given", "then"), may=("on",))["then"].text()
        )

    for pack in load_rules().packs.values():
        for rule in pack.rules:
            assert {"applies", "does not apply"} <= told.get(rule.id, set()), rule.id


def test_every_rule_says_where_its_authorities_were_read_and_that_nobody_reviewed_them() -> None:
    for pack in load_rules().packs.values():
        for rule in pack.rules:
            assert all(
                item.read_at and item.holding and item.review == "unreviewed" for item in rule.authorities
            )


FOUR = dict.fromkeys(("express_assurance", "knowledge_of_harm", "direct_contact", "reliance"), "present")


def test_washington_and_new_york_make_a_duty_of_a_promise_that_is_relied_on() -> None:
    assert consider("US-WA", FOUR).finding == "special_relationship"
    assert consider("US-NY", FOUR).finding == "special_relationship"


def test_new_york_asks_for_all_four_elements() -> None:
    opinion = consider("US-NY", {**FOUR, "knowledge_of_harm": "unknown"})

    assert opinion.finding == "undetermined"
    assert any("threat" in question for question in opinion.questions)


def test_a_promise_makes_no_duty_in_the_district() -> None:
    assert consider("US-DC", FOUR).finding != "special_relationship"


def test_a_special_relationship_goes_before_a_statutory_duty() -> None:
    assert consider("US-WA", {**FOUR, "mandatory_statute": "present"}).finding == "special_relationship"
    assert consider("US-WA", {"mandatory_statute": "present"}).finding == "statutory_duty"


def test_an_unknown_cue_never_settles_that_there_is_no_duty() -> None:
    absent = dict.fromkeys(CUES, "absent")

    assert consider("US-WA", absent).finding == "public_duty_only"
    assert consider("US-WA", {**absent, "reliance": "unknown"}).finding == "undetermined"


def test_illinois_never_leans_on_the_public_duty_rule() -> None:
    assert consider("US-IL", dict.fromkeys(CUES, "absent")).finding == "undetermined"


def test_a_mandatory_statute_puts_police_on_the_floor() -> None:
    assert consider("US-TX", {"mandatory_statute": "present"}).floor == ("police",)


def test_a_state_without_rules_of_its_own_gets_the_common_ones_under_its_own_code() -> None:
    book = load_rules()

    assert not book.covers("US-TX")
    assert book.covers("US-WA")
    assert consider("US-TX", {}).jurisdiction == "US-TX"
    assert book.for_jurisdiction("US-TX").version == book.for_jurisdiction(None).version


@pytest.mark.parametrize("code", ["", "Washington", "US_WA", "US-"])
def test_a_code_of_another_form_is_refused(code: str) -> None:
    with pytest.raises(DataError, match="ISO 3166-2"):
        load_rules().for_jurisdiction(code)


def test_a_version_names_the_pack_its_release_and_its_content() -> None:
    name, released, digest = load_rules().for_jurisdiction("US-WA").version.split(" ")

    assert name == "us-wa"
    assert date.fromisoformat(released)
    assert len(digest) == 12


def test_a_rule_is_not_applied_before_its_day() -> None:
    fired = {
        rule.id for rule in consider("US-WA", {"response_undertaken": "present"}, date(2020, 1, 1)).rules
    }

    assert "us-wa.undertaken-response" not in fired


@given(
    st.sampled_from([None, "US-WA", "US-NY", "US-CA", "US-DC", "US-IL", "US-TX"]),
    st.dictionaries(st.sampled_from(CUES), st.sampled_from(get_args(CueState))),
)
def test_the_same_facts_always_give_the_same_opinion(code: str | None, states: dict[str, str]) -> None:
    first = consider(code, states)

    assert consider(code, states) == first
    if first.finding == "public_duty_only":
        assert "us.custody" not in {rule.id for rule in first.rules}
