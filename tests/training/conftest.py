"""An evaluation of few incidents, made once."""

from pathlib import Path

import pytest

from training.corpus import aside_files, read, shipped_files
from training.evaluation import Evaluation, evaluate


@pytest.fixture(scope="session")
def evaluation_told() -> list[tuple[str, float]]:
    """What the evaluation tells of its progress."""
    return []


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Some two hundred shipped incidents to learn from, and half as many kept aside."""
    lines = [line for path in shipped_files() for line in path.read_text().splitlines()]
    every = max(5, len(lines) // 200)
    folder = tmp_path_factory.mktemp("few")
    for name, kept in (("learnt", lines[::every]), ("kept", lines[1 :: 2 * every])):
        (folder / f"{name}.jsonl").write_text("\n".join(kept) + "\n")
    return folder / "learnt.jsonl", folder / "kept.jsonl"


@pytest.fixture(scope="session")
def evaluation(few: tuple[Path, Path], evaluation_told: list[tuple[str, float]]) -> Evaluation:
    """What is known of a classifier that learnt from few incidents; its intervals are rough."""
    learnt, kept = few
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.evaluation.RESAMPLES", 40)
        return evaluate([learnt], [kept], progress=lambda step, share: evaluation_told.append((step, share)))


@pytest.fixture(scope="session")
def notes() -> list[str]:
    """The lines of all shipped incidents that are more than a word or two."""
    incidents = read([*shipped_files(), *aside_files()]).incidents
    lines = [line.text for incident in incidents for line in incident.text.lines]
    return [line for line in lines if len(line.split()) > 2]
