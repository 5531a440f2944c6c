"""Duty cues: present, absent only where a note says so, else unknown."""

import pytest

from dutyline.vocabulary import CUES
from tests.duty.support import line, read, state


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("express_assurance", "RP ADVSD OFCRS ENRT"),
        ("express_assurance", "TOLD CALLER HELP IS ON THE WAY"),
        ("express_assurance", "ADV RP DEPUTY WILL CHECK AND CALL HER BACK"),
        ("response_undertaken", "3 UNITS ENRT"),
        ("response_undertaken", "MEDIC 4 ON SCENE"),
        ("protective_order", "TRO ON FILE, SERVED"),
        ("protective_order", "HAS A RESTRAINING ORDER AGAINST HIM"),
        ("custody", "MALE IN CUSTODY, HANDCUFFED"),
        ("custody", "PT ON 5150 HOLD"),
        ("state_created_danger", "OFFICER DROPPED HIM OFF AT HOME AN HOUR AGO"),
        ("mandatory_statute", "HUSBAND HIT HER IN THE FACE"),
        ("crime_in_progress", "KICKING IN THE BACK DOOR RIGHT NOW"),
        ("direct_contact", "RP IS THE VICTIM"),
        ("knowledge_of_harm", "HX OF VIOLENCE TOWARD MOTHER"),
        ("reliance", "RP WAITING INSIDE UNTIL OFFICERS GET THERE"),
    ],
)
def test_a_cue_that_a_note_shows_is_present(cue: str, text: str) -> None:
    assert state(cue, text) == "present"


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("express_assurance", "NO PROMISE MADE"),
        ("express_assurance", "ADV RP NO UNITS WILL RESPOND"),
        ("protective_order", "NEG RO ON FILE"),
        ("protective_order", "ORDER EXPIRED IN JUNE"),
        ("custody", "NOT ON A HOLD"),
    ],
)
def test_a_cue_that_a_note_denies_is_absent(cue: str, text: str) -> None:
    assert state(cue, text) == "absent"


def test_a_cue_that_no_note_speaks_of_is_unknown() -> None:
    reading = read("LOUD MUSIC FROM UPSTAIRS")

    assert {reading.cues[cue].state for cue in CUES} == {"unknown"}


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("express_assurance", "RP WANTS AN OFFICER TO COME"),
        ("express_assurance", "RP ADV SON IS OFF HIS MEDS"),
        ("protective_order", "ASKING HOW TO GET A RESTRAINING ORDER"),
        ("custody", "CALLER HAS JOINT CUSTODY OF THE KIDS"),
        ("crime_in_progress", "TIRES SLASHED OVERNIGHT, NO SUSP"),
        ("response_undertaken", "RP ASKING FOR POLICE"),
    ],
)
def test_a_near_miss_is_not_a_cue(cue: str, text: str) -> None:
    assert state(cue, text) != "present"


def test_a_promise_taken_back_is_absent() -> None:
    assert (
        state("express_assurance", "TOLD RP UNITS ARE ON THE WAY", "CORR: ADV RP NO UNITS WILL RESPOND")
        == "absent"
    )


def test_a_machine_line_that_sends_a_unit_counts_for_the_response() -> None:
    assert state("response_undertaken", line("** 2 UNITS ASSIGNED 22:14:09 **", "system")) == "present"


def test_the_feeds_unit_status_counts_for_the_response_without_words() -> None:
    finding = read("NOTHING FURTHER", units_committed=True).cues["response_undertaken"]

    assert (finding.state, finding.evidence) == ("present", ())


def test_waiting_alone_is_not_reliance_but_waiting_on_a_promise_is() -> None:
    assert state("reliance", "RP STAYING INSIDE WITH DOOR LOCKED") == "unknown"
    assert state("reliance", "RP ADVSD OFCRS ENRT", "RP STAYING INSIDE WITH DOOR LOCKED") == "present"


def test_a_derived_cue_shows_the_words_that_it_follows_from() -> None:
    finding = read("HUSBAND HIT HER").cues["crime_in_progress"]

    assert finding.state == "present"
    assert any("HIT" in evidence.text for evidence in finding.evidence)


@pytest.mark.parametrize(
    ("request_name", "text"),
    [
        ("asks_for_officer", "RP WANTS AN OFFICER"),
        ("refuses_police", "NO COPS PLEASE"),
        ("asks_for_clinician", "RP REQ MOBILE CRISIS TEAM"),
        ("willing_to_talk", "WILLING TO TALK TO A COUNSELOR"),
        ("report_only", "RPT BY PHONE OK"),
    ],
)
def test_what_callers_ask_for_is_a_request(request_name: str, text: str) -> None:
    assert request_name in read(text).requests
