"""The reference policy and the floors above every policy."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.policy import available, load_policy
from duty.policy.model import Route
from dutyline.errors import DataError
from dutyline.judgement.types import CueFinding, DutyOpinion, Evidence, Facts, HazardFinding, Reading, Routing
from dutyline.vocabulary import CUES, DANGERS, HAZARDS, INDICATORS, RESPONDERS

NAMES = (*INDICATORS, *DANGERS, *HAZARDS)
QUIET = {**dict.fromkeys(HAZARDS, "no"), "needs_police": "no", "needs_ems": "no"}
WORDS = (Evidence("1", 0, 2, "RP"),)


def route(
    verdicts: Mapping[str, str],
    cues: Mapping[str, str] | None = None,
    requests: tuple[str, ...] = (),
    finding: str = "undetermined",
    floor: tuple[str, ...] = (),
) -> Routing:
    found = {name: CueFinding((cues or {}).get(name, "unknown")) for name in CUES}
    reading = Reading(
        found, {name: HazardFinding("unsure") for name in HAZARDS}, dict.fromkeys(requests, WORDS)
    )
    opinion = DutyOpinion("US-WA", finding, (), floor=floor)
    return load_policy("reference").route(
        Facts({**dict.fromkeys(NAMES, "unsure"), **verdicts}, reading, opinion, "WELFARE CHECK")
    )


def test_a_calm_crisis_goes_to_a_mobile_crisis_team_without_police() -> None:
    routing = route({**QUIET, "mental_health": "yes", "no_crime": "yes"})

    assert (routing.responders, routing.response, routing.level) == (("clinician",), "mobile_crisis", 2)


def test_a_caller_who_is_willing_to_talk_goes_to_the_crisis_line() -> None:
    routing = route({**QUIET, "mental_health": "yes", "no_crime": "yes"}, requests=("willing_to_talk",))

    assert (routing.responders, routing.level, routing.needs_review) == (("crisis_line",), 1, False)


def test_a_promise_of_someone_in_person_makes_a_supervisor_look_at_a_transfer() -> None:
    routing = route(
        {**QUIET, "mental_health": "yes", "no_crime": "yes"},
        {"express_assurance": "present"},
        ("willing_to_talk",),
    )

    assert routing.needs_review


def test_an_armed_crisis_is_a_co_response_at_the_highest_level() -> None:
    routing = route({"mental_health": "yes", "weapon": "yes"})

    assert (routing.responders, routing.response, routing.level) == (
        ("police", "clinician"),
        "co_response",
        4,
    )


def test_an_overdose_that_needs_no_police_goes_to_ems_and_a_clinician() -> None:
    routing = route(
        {**QUIET, "mental_health": "yes", "self_harm": "yes", "medical": "yes", "needs_ems": "yes"}
    )

    assert routing.responders == ("ems", "clinician")


def test_a_suicide_attempt_in_which_police_are_needed_goes_to_both() -> None:
    routing = route({"self_harm": "yes", "medical": "yes", "needs_police": "yes"})

    assert {"ems", "police"} <= set(routing.responders)


def test_a_cold_property_crime_is_a_report_by_phone() -> None:
    assert route({**QUIET, "no_crime": "no", "mental_health": "no"}).responders == ("phone_report",)


def test_a_noise_complaint_goes_to_a_community_responder() -> None:
    assert route({**QUIET, "no_crime": "yes", "mental_health": "no"}).responders == ("community",)


def test_a_crash_without_a_crime_goes_to_fire() -> None:
    assert route({**QUIET, "fire_traffic": "yes", "no_crime": "yes"}).responders[0] == "fire"


def test_notes_that_say_nothing_get_the_usual_dispatch_and_a_second_look() -> None:
    routing = route({})

    assert (routing.responders, routing.response, routing.needs_review) == (
        ("police",),
        "usual_dispatch",
        True,
    )
    assert any("do not say enough yet" in reason for reason in routing.reasons)


def test_a_caller_who_asks_for_an_officer_gets_one() -> None:
    routing = route({**QUIET, "mental_health": "yes", "no_crime": "yes"}, requests=("asks_for_officer",))

    assert "police" in routing.responders


def test_a_duty_rules_floor_is_kept() -> None:
    routing = route({**QUIET, "mental_health": "yes", "no_crime": "yes"}, floor=("police",))

    assert routing.responders[0] == "police"
    assert any("duty rule" in reason for reason in routing.reasons)


def test_a_responder_in_person_takes_the_place_of_a_report_by_phone() -> None:
    routing = route({**QUIET, "no_crime": "no", "mental_health": "no"}, {"crime_in_progress": "present"})

    assert routing.responders == ("police",)


VERDICTS = st.fixed_dictionaries({name: st.sampled_from(["yes", "no", "unsure"]) for name in NAMES})
STATES = st.dictionaries(st.sampled_from(CUES), st.sampled_from(["present", "absent", "unknown"]))
REQUESTS = st.lists(
    st.sampled_from(
        ["asks_for_officer", "refuses_police", "willing_to_talk", "declines_response", "report_only"]
    ),
    unique=True,
).map(tuple)


@given(VERDICTS, STATES, REQUESTS)
def test_nobody_is_ever_left_without_an_answer_and_no_floor_is_gone_below(
    verdicts: dict[str, str], cues: dict[str, str], requests: tuple[str, ...]
) -> None:
    routing = route(verdicts, cues, requests)

    assert routing.responders
    assert set(routing.responders) <= set(RESPONDERS)
    assert len(set(routing.responders)) == len(routing.responders)
    assert routing.reasons
    assert 1 <= routing.level <= 4
    if "police" not in routing.responders:
        assert verdicts["needs_police"] == "no"
        assert "yes" not in (verdicts["weapon"], verdicts["violence"])
        assert cues.get("crime_in_progress") != "present"
        assert "asks_for_officer" not in requests
    if "yes" in (verdicts["medical"], verdicts["needs_ems"]):
        assert "ems" in routing.responders
    if verdicts["self_harm"] == "yes":
        assert {"clinician", "ems", "crisis_line"} & set(routing.responders)
    if verdicts["needs_police"] == "unsure" and verdicts["mental_health"] != "no":
        dangers = [verdicts[name] for name in NAMES if name not in ("mental_health", "no_crime")]
        assert routing.needs_review or "yes" in dangers or cues.get("crime_in_progress") == "present"


def test_the_usual_dispatch_on_what_is_no_crisis_needs_no_second_look() -> None:
    routing = route({**QUIET, "needs_police": "unsure", "mental_health": "no", "no_crime": "yes"})

    assert "police" in routing.responders
    assert not routing.needs_review


REACHING = {
    "armed-or-violent-crisis": ({"mental_health": "yes", "violence": "yes"}, ()),
    "armed-or-violent": ({"weapon": "yes"}, ()),
    "about-to-fall-or-be-struck": ({"self_harm": "yes", "fire_traffic": "yes"}, ()),
    "self-harm-with-injury": ({**QUIET, "self_harm": "yes", "medical": "yes"}, ()),
    "self-harm-with-injury-and-danger": ({"self_harm": "yes", "medical": "yes"}, ()),
    "crisis-with-danger": ({"mental_health": "yes", "needs_police": "yes"}, ()),
    "crisis-danger-not-ruled-out": ({"mental_health": "yes"}, ()),
    "crisis-with-medical-need": ({**QUIET, "mental_health": "yes", "medical": "yes"}, ()),
    "crisis-that-a-call-can-hold": (
        {**QUIET, "mental_health": "yes", "no_crime": "yes"},
        ("willing_to_talk",),
    ),
    "suicidal-without-danger": ({**QUIET, "mental_health": "yes", "self_harm": "yes"}, ()),
    "crisis-without-danger": ({**QUIET, "mental_health": "yes"}, ()),
    "suicidal-danger-open": ({"self_harm": "yes"}, ()),
    "fire-or-crash": ({**QUIET, "fire_traffic": "yes"}, ()),
    "medical-alone": ({**QUIET, "medical": "yes"}, ()),
    "crime-now": ({"needs_police": "yes", "no_crime": "no"}, ()),
    "police-needed": ({"needs_police": "yes"}, ()),
    "cold-report": ({**QUIET, "no_crime": "no"}, ()),
    "someone-vulnerable": ({**QUIET, "vulnerable": "yes"}, ()),
    "nobody-asked-for": ({**QUIET, "no_crime": "yes"}, ("declines_response",)),
    "clinician-asked-for": ({**QUIET, "no_crime": "yes"}, ("asks_for_clinician",)),
    "no-crime-no-crisis": ({**QUIET, "no_crime": "yes", "mental_health": "no"}, ()),
    "quiet-but-open": (QUIET, ()),
    "notes-say-nothing-yet": ({}, ()),
    "usual-dispatch-and-nothing-else": ({"mental_health": "no", "no_crime": "yes", "medical": "no"}, ()),
    "usual-dispatch": ({"no_crime": "yes"}, ()),
}


@pytest.mark.parametrize("one", load_policy("reference").routes, ids=lambda one: one.id)
def test_every_route_of_the_reference_policy_can_be_reached(one: Route) -> None:
    verdicts, requests = REACHING[one.id]

    assert set(one.reasons) <= set(route(verdicts, {}, requests).reasons)


def test_a_policy_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(DataError, match="reference"):
        load_policy("nowhere")
    assert "reference" in available()


def test_a_version_names_the_agency_its_release_and_its_content() -> None:
    name, _, digest = load_policy("reference").version.split(" ")

    assert (name, len(digest)) == ("reference", 12)
