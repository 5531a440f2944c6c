"""Wrong data files are refused with the file, the line and the mend."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from duty.cues.loading import lexicon_from
from duty.data import read
from duty.policy.loading import policy_from
from duty.policy.routing import FilePolicy
from duty.rules.book import rules_from
from dutyline.errors import DataError

DUTY = Path(str(files("duty") / "floors.yaml")).parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package's data that a test may spoil."""
    for name in ("lexicon", "packs", "policies"):
        shutil.copytree(DUTY / name, tmp_path / name)
    shutil.copy(DUTY / "floors.yaml", tmp_path / "floors.yaml")
    return tmp_path


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "line 2: 'a' stands twice"),
        ("a: &x 1\n", "line 1: anchors"),
        ("a: &x 1\nb: *x\n", "anchors"),
        ("a: !!python/name:os.system 1\n", "tags"),
        ("a: [1\n", "not YAML"),
        ("", "empty"),
    ],
)
def test_yaml_that_is_not_plain_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(DataError, match=said):
        read(file)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "packs/us-wa.yaml",
            "finding: special_relationship",
            "fnding: special_relationship",
            "'fnding' is not known",
        ),
        (
            "packs/us-wa.yaml",
            "{express_assurance: present}",
            "{express_asurance: present}",
            "express_asurance",
        ),
        (
            "packs/us-wa.yaml",
            "{express_assurance: present}",
            "{express_assurance: maybe}",
            "'maybe' is not known",
        ),
        ("packs/us-wa.yaml", "extends: us", "extends: us-zz", "'us-zz' is not known"),
        (
            "packs/us-wa.yaml",
            "id: us-wa.express-assurance",
            "id: wa.express-assurance",
            "does not start with",
        ),
        ("packs/us-wa.yaml", "effective: 2012-01-01", "effective: soon", "not a date"),
        (
            "packs/us-wa.yaml",
            "effective: 2012-01-01",
            "effective: 2012-01-01\n    repealed: 2011-01-01",
            "ends before",
        ),
        ("packs/us-wa.yaml", "- rule: us.promise-of-help", "- rule: us.no-such-rule", "us.no-such-rule"),
        ("packs/us.yaml", "  custody: Is the person", "  custodi: Is the person", "custodi"),
        ("packs/us.yaml", "id: us\n", "id: us\nextends: us-wa\n", "circle"),
        ("packs/us.yaml", "floor: [police]", "floor: [army]", "'army' is not known"),
    ],
)
def test_a_wrong_rule_pack_is_refused(copy: Path, file: str, old: str, new: str, said: str) -> None:
    spoil(copy / file, old, new)

    with pytest.raises(DataError, match=said):
        rules_from(copy / "packs")


def test_a_rule_without_an_authority_is_refused(copy: Path) -> None:
    (copy / "packs" / "us-or.yaml").write_text(
        "id: us-or\ntitle: Oregon\nreleased: 2026-01-01\nextends: us\nrules:\n"
        "  - id: us-or.x\n    title: X\n    when: {custody: present}\n    outcome: X.\n"
        "    effective: 2020-01-01\n    authorities: []\n",
        encoding="utf-8",
    )

    with pytest.raises(DataError, match="line 11: a rule without an authority"):
        rules_from(copy / "packs")


def test_two_wordings_of_a_rule_on_the_same_day_are_refused(copy: Path) -> None:
    rule = (
        "  - id: us-or.x\n    title: X\n    when: {custody: present}\n    outcome: X.\n"
        "    effective: 2020-01-01\n"
        "    authorities:\n      - {cite: X, holding: X., read_at: X}\n"
    )
    head = "id: us-or\ntitle: Oregon\nreleased: 2026-01-01\nrules:\n"
    (copy / "packs" / "us-or.yaml").write_text(head + rule + rule, encoding="utf-8")

    with pytest.raises(DataError, match="same day"):
        rules_from(copy / "packs")


def test_a_wording_may_follow_one_that_is_repealed(copy: Path) -> None:
    rule = (
        "  - id: us-or.x\n    title: X\n    when: {custody: present}\n    outcome: X.\n"
        "    effective: 2020-01-01\n"
        "    repealed: 2021-01-01\n    authorities:\n      - {cite: X, holding: X., read_at: X}\n"
    )
    later = rule.replace("2021", "2030").replace("2020", "2021")
    head = "id: us-or\ntitle: Oregon\nreleased: 2026-01-01\nquestions: {custody: Held?}\nrules:\n"
    (copy / "packs" / "us-or.yaml").write_text(head + rule + later, encoding="utf-8")

    assert rules_from(copy / "packs").covers("US-OR")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("policies/reference.yaml", "responders: [phone_report]", "responders: []", "nobody would go"),
        (
            "policies/reference.yaml",
            "- id: usual-dispatch\n",
            "- id: usual-dispatch\n    when: {weapon: yes}\n",
            "nobody",
        ),
        ("policies/reference.yaml", "level: 4", "level: 5", "from 1 to 4"),
        ("policies/reference.yaml", "willing_to_talk: present", "wiling_to_talk: present", "wiling_to_talk"),
        ("policies/reference.yaml", "agency: reference", "agency: other", "name the file"),
        ("policies/reference.yaml", 'when: {needs_police: "yes"}', "call_types: [X]", None),
        ("floors.yaml", "any_of: [police]", "any_of: [army]", "'army' is not known"),
        ("floors.yaml", "    add: [clinician]\n", "    add: [fire]\n", "cannot be met"),
    ],
)
def test_a_wrong_policy_is_refused(copy: Path, file: str, old: str, new: str, said: str | None) -> None:
    spoil(copy / file, old, new)

    def load() -> FilePolicy:
        return policy_from(copy / "policies" / "reference.yaml", copy / "floors.yaml")

    if said is None:
        assert load()
    else:
        with pytest.raises(DataError, match=said):
            load()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("targets/weapon.yaml", "target: weapon", "target: wepon", "'wepon' is not known"),
        ("targets/weapon.yaml", "effect: clears", "effect: clear", "'clear' is not known"),
        ("targets/weapon.yaml", "{weapon_word}", "{weaponword}", "no word group 'weaponword'"),
        ("modifiers.yaml", "marks: negated", "marks: negative", "'negative' is not known"),
        ("modifiers.yaml", "words: 4", "words: 99", "from 0 to 12"),
        ("derivations.yaml", "violence: present", "violense: present", "'violense' is not known"),
    ],
)
def test_a_wrong_lexicon_is_refused(copy: Path, file: str, old: str, new: str, said: str) -> None:
    spoil(copy / "lexicon" / file, old, new)

    with pytest.raises(DataError, match=said):
        lexicon_from(copy / "lexicon")


def test_a_lexicon_without_a_file_for_a_hazard_is_refused(copy: Path) -> None:
    (copy / "lexicon" / "targets" / "custody.yaml").unlink()

    with pytest.raises(DataError, match="custody"):
        lexicon_from(copy / "lexicon")
