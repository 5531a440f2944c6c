"""Machine lines and premise history are told from what people type."""

import pytest

from dutyline.notes.kinds import recognise


@pytest.mark.parametrize(
    "text",
    [
        "** LOI search completed at 05/15/17 13:19:12",
        "** Case number C2017-1234 has been assigned to event F17 **",
        ">>>> by: DOE on terminal: ecc-f1",
        "** Recommended unit E14 for requirement ENGINE (1.2 mi)",
        "Duplicate Event:Location = 100 MAIN, Cross Street 1 = OAK",
        "** UNIT 2D14 ENRT **",
        "** S14 ASSIGNED 1622 **",
        "Nature of Call : WELFARE",
    ],
)
def test_lines_that_cad_systems_write_are_system_lines(text: str) -> None:
    assert recognise(text) == "system"


@pytest.mark.parametrize(
    "text",
    [
        "14:03:07 ** PREMISE HX: 3 PRIOR 96H 12 MOS **",
        "PREM: NONE",
        "SPECIAL ADDRESS COMMENT: *** DOG BITES ***",
        "** HX: 4 CFS THIS ADDR 30 DAYS **",
        "Premise note (2020): male lives there w/ severe OCD.",
    ],
)
def test_what_is_on_file_for_an_address_is_premise_history(text: str) -> None:
    assert recognise(text) == "premise_history"


@pytest.mark.parametrize(
    "text",
    [
        "** HE HAS A GUN **",
        "HX SCHIZ OFF MEDS.. PACING IN YARD",
        ">> NOW SAYS SUBJ HAS KNIFE",
        "OFCR ON SCENE ASKING FOR AMBULANCE",
        "2 UNITS ENRT PER SGT, MALE STILL ARMED",
        "*** CORR: NO CHILDREN IN HOUSE",
        "",
    ],
)
def test_what_a_person_typed_stays_a_persons_line(text: str) -> None:
    assert recognise(text) == "call_taker"
