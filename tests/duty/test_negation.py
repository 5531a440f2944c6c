"""How words around a hazard change what it means, in the style of call notes."""

import pytest

from tests.duty.support import line, read, verdict

SAID = [
    ("weapon", "SUBJ HAS A KNIFE IN HIS HAND"),
    ("weapon", "NOW SAYS SUBJ HAS KITCHEN KNFE IN HAND, UNK INTENT"),
    ("weapon", "NEG WPNS EARLIER BUT NOW HOLDING A BAT"),
    ("weapon", "NO INJURIES // MALE W/ GUN"),
    ("weapon", "DENIES SI, HAS A KNIFE"),
    ("weapon", "NO LONGER ON PORCH, HOLDING KNIFE"),
    ("violence", "HE PUNCHED HER IN THE FACE"),
    ("violence", "THREATENING TO KILL HIS MOTHER"),
    ("self_harm", "CALLER IS SUICIDAL"),
    ("self_harm", "SAYS HE HAS NO REASON TO LIVE"),
    ("self_harm", "WANTS TO DIE, NO PLAN"),
    ("medical", "HE IS NOT BREATHING"),
    ("medical", "NO FEVER BUT CHEST PAIN"),
    ("fire_traffic", "WALKING IN LANES OF TRAFFIC"),
]
DENIED = [
    ("weapon", "NEG WPNS"),
    ("weapon", "NOWPNS PER RP"),
    ("weapon", "WEAPONS: NONE"),
    ("weapon", "weapons - neg"),
    ("weapon", "IS NEGATIVE FOR WEAPONS"),
    ("weapon", "NO GUNS, KNIVES, OR BATS"),
    ("weapon", "UNARMED"),
    ("self_harm", "DENIES SI"),
    ("self_harm", "DENIES SI/HI"),
    ("self_harm", "NOT SUICIDAL JUST UPSET"),
    ("self_harm", "SI: DENIED"),
    ("medical", "NO INJURIES, DECLINED EMS"),
    ("medical", "neg inj"),
    ("violence", "NOBODY HIT, VERBAL ONLY"),
]
HEDGED = [
    ("weapon", "UNK IF ARMED"),
    ("weapon", "WEAPONS UNK"),
    ("weapon", "ASKED ABT WEAPONS"),
    ("weapon", "POSS ARMED"),
    ("weapon", "HE OWNS A RIFLE"),
    ("medical", "UNK INJURIES"),
    ("self_harm", "POSS SUICIDAL"),
]
SILENT = [
    ("self_harm", "HX OF SUICIDE ATTEMPTS LAST YEAR"),
    ("violence", "HE HIT HER LAST YEAR"),
    ("weapon", "RP TYPING IN THE SUICIDE LANE"),
    ("self_harm", "TRAFFIC STOP IN THE SUICIDE LANE"),
    ("medical", "SIGN SAYS FIRE STATION"),
    ("weapon", "FLU SHOT CLINIC IS LOUD"),
]


@pytest.mark.parametrize(("hazard", "text"), SAID)
def test_a_hazard_that_is_stated_is_there(hazard: str, text: str) -> None:
    assert verdict(hazard, text) == "yes"


@pytest.mark.parametrize(("hazard", "text"), DENIED)
def test_a_hazard_that_words_deny_is_not_there(hazard: str, text: str) -> None:
    assert verdict(hazard, text) == "no"


@pytest.mark.parametrize(("hazard", "text"), HEDGED)
def test_a_hazard_that_words_hedge_at_is_unsure_and_told_so(hazard: str, text: str) -> None:
    finding = read(text).hazards[hazard]

    assert finding.verdict == "unsure"
    assert finding.hedged


@pytest.mark.parametrize(("hazard", "text"), SILENT)
def test_a_hazard_of_another_time_or_meaning_is_not_there(hazard: str, text: str) -> None:
    assert verdict(hazard, text) != "yes"


def test_silence_is_unsure_and_not_hedged() -> None:
    finding = read("RP STANDING BY AT THE CORNER").hazards["weapon"]

    assert (finding.verdict, finding.hedged, finding.evidence) == ("unsure", False, ())


def test_a_denial_does_not_take_back_a_weapon_that_was_seen() -> None:
    assert verdict("weapon", "MALE HAS A GUN", "2ND CALLER SAYS NEG WPNS SEEN") == "yes"


def test_a_correction_takes_back_what_was_said_before() -> None:
    assert verdict("weapon", "MALE HAS A GUN", "CORR: NOT A GUN, NO WEAPON") == "no"


def test_a_weapon_that_is_put_down_is_gone() -> None:
    assert verdict("weapon", "SHE HAS A KNIFE", "SHE PUT THE KNIFE DOWN ON THE TABLE AND STEPPED OUT") == "no"


def test_a_weapon_that_comes_back_is_there_again() -> None:
    assert verdict("weapon", "HAS A KNIFE", "KNIFE TAKEN AWAY BY MOTHER", "NOW HOLDING A HAMMER") == "yes"


def test_it_was_a_phone_clears_a_gun() -> None:
    assert verdict("weapon", "MALE WITH A GUN", "RP NOW SAYS IT WAS A PHONE") == "no"


def test_disregard_last_takes_back_the_line_before_only() -> None:
    assert verdict("weapon", "MALE HAS A GUN", "DISREG LAST, WRONG EVENT") == "unsure"
    assert verdict("weapon", "MALE HAS A GUN", "HE IS ON THE PORCH", "DISREG LAST") == "yes"


def test_a_denial_after_suicidal_words_leaves_it_open() -> None:
    finding = read("RP SAYS SON IS SUICIDAL", "SON ON PHONE DENIES SI").hazards["self_harm"]

    assert (finding.verdict, finding.hedged) == ("unsure", True)


def test_a_cleared_call_makes_violence_uncertain_and_never_absent() -> None:
    assert verdict("violence", "HEARD HIM HITTING HER", "CANX PER RP, ALL OK") == "unsure"


@pytest.mark.parametrize("kind", ["system", "premise_history"])
def test_machine_lines_and_premise_history_are_not_what_happens_now(kind: str) -> None:
    old = line("SUBJ HAS A GUN AND IS SUICIDAL", "premise_history" if kind == "premise_history" else "system")

    assert verdict("weapon", old) == "unsure"
    assert verdict("self_harm", old) == "unsure"
