"""Releasing: what was released never changes, and every release is on record."""

import errno
import fcntl
import json
import multiprocessing
import os
import stat
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.candidates import passed, trained

from dutyline.errors import ModelError
from models import registry, store
from models.notice import Role
from models.register import Entry, read_register, refuse_if_released, releases
from models.registry import publish

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

AT = "2026-11-24T12:00:00+00:00"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    return trained(tmp_path / "out", "v1")


def release(folder: Path, root: Path, role: Role = "champion", **changes: object) -> Entry:
    _, entry = publish(folder, root, role, passed(folder, root, **changes), by="R. Ruiz", at=AT)
    return entry


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("manifest.json", "model.joblib")}


def in_use(root: Path) -> dict[str, bytes]:
    """All that decides which model a worker loads."""
    return {
        str(path): path.read_bytes() for path in root.rglob("*") if path.is_file() and path.stat().st_size
    }


def test_a_release_is_loaded_by_its_alias_and_has_the_candidates_bytes(candidate: Path, root: Path) -> None:
    release(candidate, root)
    assert store.load("champion", root=root).version == store.load(candidate).version
    assert bytes_of(root / "releases" / "v1") == bytes_of(candidate)


def test_a_release_is_read_only_for_everyone(candidate: Path, root: Path) -> None:
    release(candidate, root)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (root / "releases" / "v1").iterdir()}
    assert modes == {"manifest.json": 0o444, "model.joblib": 0o444, "MODEL_CARD.md": 0o444}


def test_a_model_that_was_trained_in_its_place_is_released_there(root: Path) -> None:
    folder = trained(root / "releases" / "v1", "v1")
    before = bytes_of(folder)
    release(folder, root)
    assert bytes_of(folder) == before
    assert stat.S_IMODE((folder / "model.joblib").stat().st_mode) == 0o444


def test_the_register_tells_what_who_when_why_and_in_place_of_what(tmp_path: Path, root: Path) -> None:
    release(trained(tmp_path / "1", "v1"), root)
    release(
        trained(tmp_path / "2", "v2"),
        root,
        outcome="overridden",
        findings=("weapon: 9 of 40 are missed.",),
        because="agreed with the chief",
    )
    lines = [json.loads(line) for line in (root / "register.jsonl").read_text().splitlines()]
    assert [line["version"] for line in lines] == ["v1", "v2"]
    manifest, model = (releases(root)[1].history[0].manifest_sha256, lines[1]["model_sha256"])
    assert lines[1] == {
        "at": AT,
        "by": "R. Ruiz",
        "version": "v2",
        "role": "champion",
        "decision": "overridden",
        "findings": ["weapon: 9 of 40 are missed."],
        "because": "agreed with the chief",
        "previous": "v1",
        "manifest_sha256": manifest,
        "model_sha256": model,
        "card_sha256": lines[1]["card_sha256"],
    }


def test_going_back_is_a_release_of_the_older_version(tmp_path: Path, root: Path) -> None:
    release(trained(tmp_path / "1", "v1"), root)
    release(trained(tmp_path / "2", "v2"), root)
    back = release(root / "releases" / "v1", root, because="v2 reads DV calls badly")
    assert store.aliases(root)["champion"] == "v1"
    assert (back.version, back.previous) == ("v1", "v2")
    card = (root / "releases" / "v1" / "MODEL_CARD.md").read_text()
    assert card.count("| R. Ruiz | champion |") == 2
    assert "v2 reads DV calls badly" in card


def test_a_challenger_leaves_the_champion_alone(tmp_path: Path, root: Path) -> None:
    release(trained(tmp_path / "1", "v1"), root)
    release(trained(tmp_path / "2", "v2"), root, "challenger")
    assert store.aliases(root) == {"challenger": "v2", "champion": "v1"}
    assert list(json.loads((root / "aliases.json").read_text())) == ["challenger", "champion"]


def test_the_champion_is_not_released_as_its_own_challenger(root: Path, candidate: Path) -> None:
    release(candidate, root)
    before = in_use(root)
    with pytest.raises(ModelError, match="v1 is the champion and cannot be its own challenger"):
        release(candidate, root, "challenger")
    assert in_use(root) == before


def test_other_bytes_under_a_released_version_are_refused(
    tmp_path: Path, root: Path, candidate: Path
) -> None:
    release(candidate, root)
    before = in_use(root)
    other = trained(tmp_path / "other", "v1", seed=912)
    with pytest.raises(
        ModelError, match=r"v1 is there with another manifest\.json, and a version never changes"
    ):
        release(other, root)
    assert in_use(root) == before


def test_files_swapped_in_after_their_release_are_refused(
    tmp_path: Path, root: Path, candidate: Path
) -> None:
    release(candidate, root)
    there = root / "releases" / "v1" / "manifest.json"
    there.unlink()
    there.write_bytes((trained(tmp_path / "other", "v1", seed=912) / "manifest.json").read_bytes())
    with pytest.raises(ModelError, match="not the files that were registered as v1"):
        release(there.parent, root)
    assert [item.files for item in releases(root)] == ["changed"]


def test_a_candidate_changed_since_it_was_measured_is_refused(
    tmp_path: Path, root: Path, candidate: Path
) -> None:
    decision = passed(candidate, root)
    (candidate / "manifest.json").write_bytes(
        (trained(tmp_path / "other", "v1", seed=912) / "manifest.json").read_bytes()
    )
    with pytest.raises(ModelError, match=r"measured was v1\+"):
        publish(candidate, root, "champion", decision, by="R. Ruiz", at=AT)
    assert not (root / "releases" / "v1").exists()
    assert not store.aliases(root)


def test_a_refused_model_is_not_published(root: Path, candidate: Path) -> None:
    with pytest.raises(ModelError, match="refused"):
        release(candidate, root, outcome="refused")
    assert not root.exists()


def test_a_decision_against_a_former_champion_is_refused(tmp_path: Path, root: Path, candidate: Path) -> None:
    decision = passed(candidate, root)
    release(trained(tmp_path / "2", "v2"), root)
    with pytest.raises(ModelError, match="v1 was compared with nothing, and meanwhile the champion is v2"):
        publish(candidate, root, "champion", decision, by="R. Ruiz", at=AT)


@pytest.mark.parametrize("missing", ["model.joblib", "manifest.json"])
def test_half_a_candidate_is_refused_and_leaves_nothing(root: Path, candidate: Path, missing: str) -> None:
    decision = passed(candidate, root)
    (candidate / missing).unlink()
    with pytest.raises(ModelError, match=f"{missing}: not there; a release has"):
        publish(candidate, root, "champion", decision, by="R. Ruiz", at=AT)
    assert in_use(root) == {}
    assert list((root / "releases").iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda data: data[:-100], "bytes where the manifest says"),
        (lambda data: bytes([data[0] ^ 1]) + data[1:], "sha256 differs"),
    ],
)
def test_a_truncated_or_tampered_candidate_is_refused_and_leaves_nothing(
    root: Path, candidate: Path, spoil: Callable[[bytes], bytes], what: str
) -> None:
    decision = passed(candidate, root)
    model = candidate / "model.joblib"
    model.write_bytes(spoil(model.read_bytes()))
    with pytest.raises(ModelError, match=what):
        publish(candidate, root, "champion", decision, by="R. Ruiz", at=AT)
    assert in_use(root) == {}


def test_a_candidate_of_another_scikit_learn_is_refused(tmp_path: Path, root: Path, candidate: Path) -> None:
    decision = passed(candidate, root)
    other = trained(tmp_path / "other", "v1", libraries={"scikit-learn": "1.2.0"})
    with pytest.raises(ModelError, match=r"trained with scikit-learn 1\.2\.0"):
        publish(other, root, "champion", decision, by="R. Ruiz", at=AT)


@pytest.mark.parametrize("version", ["../out", "champion", "challenger"])
def test_a_version_that_is_a_path_or_an_alias_is_refused(tmp_path: Path, root: Path, version: str) -> None:
    with pytest.raises(ModelError, match=r"is not a model's alias or version|this is an alias"):
        release(trained(tmp_path / "odd", version), root)
    assert in_use(root) == {}


def test_a_second_release_at_the_same_time_is_refused(root: Path, candidate: Path) -> None:
    root.mkdir()
    with (root / "register.jsonl").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="another release is under way"):
            release(candidate, root)
    release(candidate, root)


def _race(folder: Path, root: Path, start: Barrier, answers: "Queue[str]") -> None:
    decision = passed(folder, root, champion_version=None)
    start.wait()
    try:
        _, entry = publish(folder, root, "champion", decision, by="R. Ruiz", at=AT)
        answers.put(entry.version)
    except ModelError as error:
        answers.put(str(error))


def test_of_releases_that_race_one_wins_and_the_record_is_whole(tmp_path: Path, root: Path) -> None:
    folders = [trained(tmp_path / str(number), f"v{number}") for number in range(3)]
    spawn = multiprocessing.get_context("fork")
    start, answers = spawn.Barrier(len(folders)), spawn.Queue()
    racers = [spawn.Process(target=_race, args=(folder, root, start, answers)) for folder in folders]
    for racer in racers:
        racer.start()
    given = [answers.get() for _ in racers]
    for racer in racers:
        racer.join()
    [winner] = [answer for answer in given if answer.startswith("v") and "compared" not in answer]
    assert all("under way" in answer or "meanwhile" in answer for answer in given if answer != winner)
    assert [entry.version for entry in read_register(root).entries] == [winner]
    assert store.aliases(root) == {"champion": winner}
    assert [path.name for path in (root / "releases").iterdir()] == [winner]


def test_a_folder_that_cannot_be_written_is_told(
    root: Path, candidate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, flags: int, mode: int = 0) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    decision = passed(candidate, root)
    monkeypatch.setattr("models.registry.os.open", refuse)
    with pytest.raises(ModelError, match=r"register\.jsonl: read-only file system; make it writable"):
        publish(candidate, root, "champion", decision, by="R. Ruiz", at=AT)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told(root: Path, candidate: Path) -> None:
    root.mkdir(mode=0o555)
    with pytest.raises(ModelError, match="permission denied; make it writable"):
        release(candidate, root)


@pytest.mark.parametrize("step", ["_write", "_add_line", "_set_alias"])
def test_a_release_that_fails_midway_leaves_the_champion_and_can_be_finished(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    release(trained(tmp_path / "1", "v1"), root)
    second = trained(tmp_path / "2", "v2")

    def fail(*given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(root))

    with monkeypatch.context() as broken:
        broken.setattr(registry, step, fail)
        with pytest.raises(ModelError, match="no space left on device"):
            release(second, root)
    assert store.load("champion", root=root).version.startswith("v1+")
    release(second, root)
    assert store.load("champion", root=root).version.startswith("v2+")
    assert [item.files for item in releases(root)] == ["as registered", "as registered"]


def test_what_a_killed_release_left_behind_is_cleared_by_the_next(root: Path, candidate: Path) -> None:
    left = root / "releases" / ".new-killed"
    left.mkdir(parents=True)
    release(candidate, root)
    assert not left.exists()


def test_a_line_that_was_cut_short_stops_nobody_from_going_back(
    tmp_path: Path, root: Path, candidate: Path
) -> None:
    release(candidate, root)
    release(trained(tmp_path / "2", "v2"), root)
    with (root / "register.jsonl").open("ab") as register:
        register.write(b'{"at":"2026-')
    assert read_register(root).unreadable == (3,)
    release(root / "releases" / "v1", root)
    found = read_register(root)
    assert [entry.version for entry in found.entries] == ["v1", "v2", "v1"]
    assert found.unreadable == (3,)


def test_training_into_a_released_folder_is_refused(
    root: Path, candidate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_if_released(root / "releases" / "v1")
    release(candidate, root)
    with pytest.raises(ModelError, match="v1 was released and never changes; train under another version"):
        refuse_if_released(root / "releases" / "v1")
    monkeypatch.chdir(root / "releases")
    with pytest.raises(ModelError, match="never changes"):
        refuse_if_released(Path("v1"))
    refuse_if_released(root / "releases" / "v2")
    refuse_if_released(candidate)


def test_every_version_is_listed_with_how_its_files_stand(tmp_path: Path, root: Path) -> None:
    assert releases(root) == []
    for version in ("v1", "v2", "v3"):
        release(trained(tmp_path / version, version), root)
    trained(root / "releases" / "v4", "v4")
    (root / "releases" / "v2" / "model.joblib").unlink()
    card = root / "releases" / "v3" / "MODEL_CARD.md"
    card.chmod(0o644)
    card.write_text("all is well\n")
    (root / "aliases.json").write_text('{"champion": "v3", "challenger": "v9"}')
    assert [(item.version, item.aliases, item.files) for item in releases(root)] == [
        ("v1", (), "as registered"),
        ("v2", (), "missing"),
        ("v3", ("champion",), "changed"),
        ("v4", (), "not registered"),
        ("v9", ("challenger",), "missing"),
    ]
