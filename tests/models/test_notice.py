"""What counts as a notice of a release, which one stands, and what is loaded for it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.releases import add_release, models_folder, notice_of, tamper

from dutyline.errors import ModelError
from models.announced import load_announced
from models.notice import NOTICE_BYTES_MAX, Notice, Notices, Role, decode, encode, key_of, named_by

FIELDS = {
    "version": "2026.11.24-1",
    "role": "champion",
    "manifest_sha256": "a" * 64,
    "model_sha256": "b" * 64,
    "released_at": "2026-11-24T10:00:00+00:00",
}


def record(**changes: object) -> bytes:
    return json.dumps({**FIELDS, **changes}).encode()


def notice(version: str, role: Role = "champion") -> Notice:
    return Notice(
        version=version, role=role, manifest_sha256="a" * 64, model_sha256="b" * 64, released_at="now"
    )


def test_a_notice_is_read_as_it_was_written() -> None:
    given_notice = decode(record(), b"2026.11.24-1")
    assert decode(encode(given_notice), key_of(given_notice)) == given_notice
    assert given_notice.identity == "2026.11.24-1+" + "a" * 12


def test_fields_that_nobody_knows_are_no_error() -> None:
    assert decode(record(by="someone"), b"2026.11.24-1").version == "2026.11.24-1"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b"", "no notice"),
        (b"\xff", "no notice"),
        (b"[1]", "no notice"),
        (b"[" * 4000, "no notice"),
        (record(version="../../etc"), "no notice"),
        (record(version=""), "no notice"),
        (record(version=7), "no notice"),
        (record(role="king"), "no notice"),
        (record(manifest_sha256="A" * 64), "no notice"),
        (record(model_sha256="b" * 63), "no notice"),
        (record(released_at="2026-11-24"), "ISO 8601 with an offset"),
        (record(released_at="soon"), "ISO 8601 with an offset"),
        (record(version="2026.11.24-2"), "key is not its version"),
        (record(padding="x" * NOTICE_BYTES_MAX), "too many"),
    ],
)
def test_what_is_no_notice_is_refused_in_one_short_line(value: bytes, says: str) -> None:
    with pytest.raises(ModelError, match=says) as refused:
        decode(value, b"2026.11.24-1")
    assert len(str(refused.value)) < 300
    assert "\n" not in str(refused.value)


@given(st.binary(max_size=200), st.none() | st.binary(max_size=20))
def test_whatever_is_on_the_topic_is_a_notice_or_refused(value: bytes, key: bytes | None) -> None:
    with pytest.raises(ModelError):
        decode(value, key)


@given(st.none() | st.binary(max_size=200))
def test_a_key_is_shown_only_if_it_could_be_a_version(key: bytes | None) -> None:
    shown = named_by(key)
    assert shown is None or shown.encode() == key


def versions(notices: Notices, role: Role) -> list[str]:
    return [each.version for each in notices.standing(role)]


def test_the_newest_champion_stands_first_and_going_back_is_announcing_it_again() -> None:
    notices = Notices()
    for version in ("A", "B", "A"):
        notices.put(notice(version))
    assert versions(notices, "champion") == ["A", "B"]


def test_a_withdrawn_notice_no_longer_stands() -> None:
    notices = Notices()
    notices.put(notice("A"))
    notices.put(notice("B"))
    notices.withdraw("B")
    assert versions(notices, "champion") == ["A"]


def test_a_challenger_stands_until_the_next_champion() -> None:
    notices = Notices()
    notices.put(notice("A"))
    notices.put(notice("B", "challenger"))
    assert versions(notices, "challenger") == ["B"]
    notices.put(notice("C"))
    assert versions(notices, "challenger") == []
    assert versions(notices, "champion") == ["C", "A"]


def test_a_promoted_challenger_is_a_challenger_no_more() -> None:
    notices = Notices()
    notices.put(notice("B", "challenger"))
    notices.put(notice("B"))
    assert versions(notices, "challenger") == []
    assert versions(notices, "champion") == ["B"]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["champion", "challenger", None]))))
def test_a_compacted_topic_gives_the_same_notices_as_the_whole(
    written: list[tuple[str, Role | None]],
) -> None:
    def read(records: list[tuple[str, Role | None]]) -> list[list[str]]:
        notices = Notices()
        for version, role in records:
            if role is None:
                notices.withdraw(version)
            else:
                notices.put(notice(version, role))
        return [versions(notices, "champion"), versions(notices, "challenger")]

    newest = {version: place for place, (version, _) in enumerate(written)}
    compacted = [item for place, item in enumerate(written) if newest[item[0]] == place]
    assert read(compacted) == read(written)


def test_an_announced_release_is_loaded_from_the_models_folder(tmp_path: Path) -> None:
    root = models_folder(tmp_path)
    announced = notice_of(add_release(root, "test-2"))
    assert load_announced(announced, root).version == announced.identity


def test_a_tampered_model_is_refused(tmp_path: Path) -> None:
    root = models_folder(tmp_path)
    folder = add_release(root, "test-2")
    announced = notice_of(folder)
    tamper(folder)
    with pytest.raises(ModelError, match="not the file that the manifest vouches for"):
        load_announced(announced, root)


def test_a_truncated_model_is_refused(tmp_path: Path) -> None:
    root = models_folder(tmp_path)
    folder = add_release(root, "test-2")
    announced = notice_of(folder)
    (folder / "model.joblib").chmod(0o644)
    (folder / "model.joblib").write_bytes(b"short")
    with pytest.raises(ModelError, match="5 bytes where the manifest says"):
        load_announced(announced, root)


def test_a_release_other_than_the_announced_is_not_even_unpickled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = models_folder(tmp_path)
    announced = notice_of(add_release(root, "test-2"))
    manifest = root / "releases" / "test-2" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    monkeypatch.setattr("joblib.load", lambda _: pytest.fail("unpickled"))
    with pytest.raises(ModelError, match="its manifest is not the one of the notice"):
        load_announced(announced, root)


def test_a_version_that_is_not_on_disk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        load_announced(notice("test-9"), models_folder(tmp_path))


def test_a_notice_cannot_name_an_alias(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="an alias"):
        load_announced(notice("champion"), models_folder(tmp_path))


def test_a_model_that_cannot_score_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: object, _incidents: object) -> None:
        raise IndexError

    root = models_folder(tmp_path)
    announced = notice_of(add_release(root, "test-2"))
    monkeypatch.setattr("models.classifier.NotesClassifier.score", fail)
    with pytest.raises(ModelError, match="cannot score"):
        load_announced(announced, root)
