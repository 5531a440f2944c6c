"""`dutyline train` and `dutyline evaluate` as a user meets them."""

import importlib.util
import json
from pathlib import Path

import pytest

from dutyline.cli import offline
from dutyline.cli.main import main
from training.corpus import shipped_files


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Some two hundred incidents to learn from, and some kept aside."""
    lines = [line for path in shipped_files() for line in path.read_text().splitlines()]
    every = max(5, len(lines) // 200)
    folder = tmp_path_factory.mktemp("corpora")
    for name, kept in (("learnt", lines[::every]), ("kept", lines[1 :: 3 * every])):
        (folder / f"{name}.jsonl").write_text("\n".join(kept) + "\n")
    return folder / "learnt.jsonl", folder / "kept.jsonl"


def called(*arguments: object) -> int:
    with pytest.raises(SystemExit) as done:
        main([str(argument) for argument in arguments])
    return int(done.value.code or 0)


def test_evaluate_prints_tables_and_writes_a_report_and_all_figures(
    corpora: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("training.evaluation.RESAMPLES", 10)
    learnt, kept = corpora
    page, figures = tmp_path / "report.html", tmp_path / "figures.json"
    status = called("evaluate", learnt, "--aside", kept, "--html", page, "--json", figures, "--seed", "5")
    shown = capsys.readouterr()
    assert status == 0, shown.err
    assert shown.out.startswith("Cross-validated (seed 5): ")
    assert "Outputs, kept aside" in shown.out
    assert str(page) in shown.err
    assert page.read_text().startswith("<!DOCTYPE html>")
    written = json.loads(figures.read_bytes())
    assert written["seed"] == 5
    assert written["kept_aside"]["incidents"] == len(kept.read_text().splitlines())


def test_a_report_without_what_draws_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(offline, "find_spec", lambda name: None if name == "matplotlib" else found(name))
    assert called("evaluate", "--html", tmp_path / "report.html") == 1
    told = capsys.readouterr().err
    assert told.startswith("dutyline: --html needs matplotlib, which is not installed; install ")
    assert "pip install 'dutyline[offline]'" in told
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_a_file_that_cannot_be_written_is_told_before_the_work(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called("evaluate", option, tmp_path / "missing" / "file") == 1
    assert "cannot be written; give a file in a folder that is there" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_incidents_kept_aside_and_none_exclude_each_other(
    command: str, corpora: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(command, corpora[0], "--aside", corpora[1], "--no-aside") == 2
    assert "--aside and --no-aside exclude each other" in capsys.readouterr().err


def test_incidents_are_kept_aside_as_shipped_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, corpora: tuple[Path, Path]
) -> None:
    monkeypatch.setattr("training.corpus.aside_files", lambda: [corpora[1]])
    assert offline._aside(None, none=False) == [corpora[1]]
    assert offline._aside([corpora[0]], none=False) == [corpora[0]]
    assert offline._aside(None, none=True) == []


def test_train_measures_on_what_is_kept_aside(
    corpora: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learnt, kept = corpora
    status = called("train", learnt, "--aside", kept, "--out", tmp_path / "v1", "--version", "v1")
    assert status == 0, capsys.readouterr().err
    manifest = json.loads((tmp_path / "v1" / "manifest.json").read_bytes())
    assert manifest["kept_aside"]["weapon"]["incidents"] <= len(kept.read_text().splitlines())
    assert manifest["aside_sha256"]


def test_train_refuses_a_version_that_is_a_registered_release(
    corpora: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = {
        "at": "2026-01-01T00:00:00+00:00",
        "by": "someone",
        "version": "v1",
        "role": "champion",
        "decision": "passed",
        "findings": [],
        "because": None,
        "previous": None,
        "manifest_sha256": "",
        "model_sha256": "",
        "card_sha256": "",
    }
    (tmp_path / "register.jsonl").write_text(json.dumps(entry) + "\n")
    folder = tmp_path / "releases" / "v1"
    assert called("train", corpora[0], "--no-aside", "--out", folder, "--version", "v1") == 1
    assert "v1 was released and never changes" in capsys.readouterr().err
    assert not folder.exists()
