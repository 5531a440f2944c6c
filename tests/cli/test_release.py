"""`dutyline release` and `dutyline releases` as a user meets them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock
from uuid import uuid4

import msgspec
import pytest
from kafka.errors import KafkaTimeoutError
from support.candidates import ASIDE, figures, holdout, trained

from dutyline.cli.main import main
from dutyline.settings import Settings, load_settings
from dutyline.vocabulary import OUTPUTS
from models import notice, store
from streams import clients
from streams.clients import connection_of, consumer
from streams.embedded import EMBEDDED_API_VERSION, EmbeddedBroker
from streams.topics import ensure_topics
from streams.topics_plan import planned_topics, topic_names
from training import corpus, decision
from training.holdout import Holdout

MEASURED = dict.fromkeys(OUTPUTS, msgspec.to_builtins(figures()))


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> dict[str, Holdout]:
    """What is measured of each version, in place of measuring."""
    given: dict[str, Holdout] = {}
    monkeypatch.setattr(
        decision,
        "measure",
        lambda classifier, _aside: given.get(classifier.version.partition("+")[0], holdout()),
    )
    return given


@pytest.fixture(autouse=True)
def incidents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """One incident to train on and one kept aside, in place of those that ship."""
    files = {name: tmp_path / f"{name}.jsonl" for name in ("shipped", "aside")}
    for name, file in files.items():
        file.write_text(json.dumps({"id": name, "notes": [f"NOISE {name}"], "labels": []}))
        monkeypatch.setattr(corpus, f"{name}_files", lambda file=file: [file] if file.exists() else [])
    return files


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models folder that the settings name; there is nothing in it."""
    root = tmp_path / "models"
    monkeypatch.setenv("DUTYLINE_MODELS_DIR", str(root))
    return root


def made(tmp_path: Path, version: str) -> str:
    return str(trained(tmp_path / version, version, aside_sha256=ASIDE, kept_aside=MEASURED))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as done:
        main(list(arguments))
    assert isinstance(done.value.code, int)
    return done.value.code


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    shown = capsys.readouterr()
    return shown.out, shown.err


def test_a_first_release_says_what_it_is_and_that_workers_do_not_know_yet(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("release", made(tmp_path, "v1"), "--as", "champion", "--by", "R. Ruiz") == 0
    out, err = said(capsys)
    assert "compared with nothing" in out
    assert "released as champion, in place of nothing" in out
    assert "Workers were not told" in out
    assert err == ""
    assert store.aliases(root) == {"champion": "v1"}


def test_without_a_role_a_release_does_not_touch_the_champion(tmp_path: Path, root: Path) -> None:
    run("release", made(tmp_path, "v1"), "--as", "champion")
    assert run("release", made(tmp_path, "v2")) == 0
    assert store.aliases(root) == {"champion": "v1", "challenger": "v2"}


def test_a_worse_model_is_refused_in_one_line_with_both_figures_and_nothing_changes(
    tmp_path: Path, root: Path, found: dict[str, Holdout], capsys: pytest.CaptureFixture[str]
) -> None:
    run("release", made(tmp_path, "v1"), "--as", "champion")
    found["v2"] = holdout(left_out=4, misses={"weapon": {"a", "b", "c"}})
    said(capsys)
    assert run("release", made(tmp_path, "v2"), "--as", "champion") == 1
    out, err = said(capsys)
    assert err.count("\n") == 1
    assert err.startswith(
        "dutyline: v2 is not released, for 2 reasons above, the first: weapon: 3 of 100 are"
    )
    assert "Against it: weapon: 3 of 100 are missed, by the champion 0" in out
    assert "Against it: With the rules together, police are left out of 4 of 120" in out
    assert "--because" in err
    assert "| weapon | 100 |" in out
    assert store.aliases(root) == {"champion": "v1"}
    assert not (root / "releases" / "v2").exists()


def test_a_reason_releases_a_worse_model_and_stands_on_card_and_register(
    tmp_path: Path, root: Path, found: dict[str, Holdout], capsys: pytest.CaptureFixture[str]
) -> None:
    run("release", made(tmp_path, "v1"), "--as", "champion")
    found["v2"] = holdout(misses={"weapon": {"a", "b", "c"}})
    arguments = ("--as", "champion", "--because", "agreed\n with the chief", "--by", "R. Ruiz")
    assert run("release", made(tmp_path, "v2"), *arguments) == 0
    assert "Overridden: weapon: 3 of 100" in said(capsys)[0]
    assert "The reason given: agreed with the chief" in (root / "releases/v2/MODEL_CARD.md").read_text()
    last = json.loads((root / "register.jsonl").read_text().splitlines()[-1])
    assert (last["decision"], last["because"], last["by"], last["previous"]) == (
        "overridden",
        "agreed with the chief",
        "R. Ruiz",
        "v1",
    )


def test_going_back_names_the_older_version(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("release", made(tmp_path, "v1"), "--as", "champion")
    run("release", made(tmp_path, "v2"), "--as", "champion")
    monkeypatch.chdir(tmp_path)  # which has a folder of the version's name too
    assert run("release", "v1", "--as", "champion", "--because", "v2 reads DV calls badly") == 0
    assert store.aliases(root) == {"champion": "v1"}
    last = json.loads((root / "register.jsonl").read_text().splitlines()[-1])
    assert (last["version"], last["previous"]) == ("v1", "v2")


@pytest.mark.parametrize(
    ("arguments", "status", "what"),
    [
        (("release", "v9"), 1, "no such file"),
        (("release", "./nowhere"), 1, "no such file"),
        (("release", "not a name"), 1, "is not a model's alias or version"),
        (("release", "v9", "--as", "king"), 2, "king"),
        (("release",), 2, "candidate"),
    ],
)
def test_a_wrong_call_is_told_in_one_plain_line(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int, what: str
) -> None:
    assert run(*arguments) == status
    _, err = said(capsys)
    assert err.startswith("dutyline: ")
    assert err.count("\n") == 1
    assert what in err.lower()


def test_without_kept_aside_incidents_nothing_is_released(
    tmp_path: Path, root: Path, incidents: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    incidents["aside"].unlink()
    assert run("release", made(tmp_path, "v1"), "--because", "in a hurry") == 1
    assert "no incidents are kept aside" in said(capsys)[1]
    assert store.aliases(root) == {}


def test_releases_lists_versions_with_aliases_figures_and_files(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    run("release", made(tmp_path, "v1"), "--as", "champion", "--by", "R. Ruiz")
    said(capsys)
    assert run("releases") == 0
    [head, line] = said(capsys)[0].splitlines()
    assert head.split()[0] == "version"
    for shown in ("v1", "champion", "R. Ruiz", "passed", "0.700", "as registered"):
        assert shown in line


def test_releases_fails_where_files_are_not_those_of_the_register(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("release", made(tmp_path, "v1"), "--as", "champion")
    model = root / "releases" / "v1" / "model.joblib"
    model.chmod(0o644)
    model.write_bytes(b"")
    said(capsys)
    assert run("releases") == 1
    assert "v1: in use or registered, and the files are not those of the register" in said(capsys)[1]


def test_releases_tells_of_a_line_that_was_cut_short(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("release", made(tmp_path, "v1"), "--as", "champion")
    with (root / "register.jsonl").open("a") as register:
        register.write('{"at":')
    said(capsys)
    assert run("releases") == 0
    assert "register.jsonl line 2: cannot be read" in said(capsys)[1]


def test_releases_lists_a_folder_without_any(root: Path) -> None:
    root.mkdir(exist_ok=True)
    assert run("releases") == 0


def test_a_folder_that_is_not_there_is_no_empty_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("releases", "--models-dir", str(tmp_path / "nope")) == 1
    assert "there is no such folder" in said(capsys)[1]


def notices(settings: Settings) -> list[tuple[bytes, bytes]]:
    reader = consumer(connection_of(settings), consumer_timeout_ms=3000)
    try:
        reader.subscribe([settings.topic_models])
        return [(record.key, record.value) for record in reader]
    finally:
        reader.close()


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The embedded broker, with the topic of releases."""
    version = ".".join(map(str, EMBEDDED_API_VERSION))
    with EmbeddedBroker(["models.released"]) as broker:
        monkeypatch.setenv("DUTYLINE_KAFKA", broker.address)
        monkeypatch.setenv("DUTYLINE_KAFKA_API_VERSION", version)
        yield load_settings()


@pytest.fixture
def real_kafka(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Real Kafka, where the topic of releases has a name of its own and is not made yet."""
    address = os.environ.get("DUTYLINE_TEST_KAFKA")
    if not address:
        pytest.skip("DUTYLINE_TEST_KAFKA names no Kafka; `make test` starts one where Java and Maven are")
    monkeypatch.setenv("DUTYLINE_KAFKA", address)
    monkeypatch.setenv("DUTYLINE_TOPIC_MODELS", f"models-{uuid4().hex[:8]}")
    return load_settings()


def check_announced(settings: Settings, tmp_path: Path, root: Path) -> None:
    assert run("release", made(tmp_path, "v1"), "--as", "champion", "--announce") == 0
    [(key, value)] = notices(settings)
    published = notice.decode(value, key)
    assert (published.version, published.role) == ("v1", "champion")
    assert published.identity == store.load("champion", root=root).version
    last = json.loads((root / "register.jsonl").read_text())
    assert (published.model_sha256, published.released_at) == (last["model_sha256"], last["at"])


@pytest.mark.embedded
def test_an_announced_release_is_a_notice_of_its_very_files(
    embedded: Settings, tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_announced(embedded, tmp_path, root)
    assert "Announced on models.released, and confirmed" in said(capsys)[0]


@pytest.mark.kafka
def test_kafka_takes_a_notice_only_where_there_is_a_topic_for_it(
    real_kafka: Settings, tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("release", made(tmp_path, "v0"), "--as", "champion", "--announce") == 1
    assert "run `dutyline topics`" in said(capsys)[1]
    assert store.aliases(root) == {}
    plan = planned_topics(topic_names(real_kafka), partitions=1, replication=1)
    ensure_topics(connection_of(real_kafka), [spec for spec in plan if spec.name == real_kafka.topic_models])
    check_announced(real_kafka, tmp_path, root)


@pytest.mark.embedded
def test_a_release_that_kafka_does_not_confirm_says_that_it_is_released_and_how_to_announce_it(
    embedded: Settings,
    tmp_path: Path,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = made(tmp_path, "v1")
    with monkeypatch.context() as broken:
        broken.setattr("kafka.KafkaProducer.send", Mock(side_effect=KafkaTimeoutError("no answer")))
        assert run("release", folder, "--as", "champion", "--announce") == 1
    assert "v1, which is released (run the same again to announce it)" in said(capsys)[1]
    assert store.aliases(root) == {"champion": "v1"}
    assert run("release", folder, "--as", "champion", "--announce") == 0
    assert len(notices(embedded)) == 1


def test_what_could_not_be_announced_is_not_released(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DUTYLINE_KAFKA", "127.0.0.1:1")
    monkeypatch.setitem(clients._WAITS, "bootstrap_timeout_ms", 100)
    assert run("release", made(tmp_path, "v1"), "--as", "champion", "--announce") == 1
    assert "no Kafka broker answers at 127.0.0.1:1" in said(capsys)[1]
    assert store.aliases(root) == {}


@pytest.mark.parametrize("command", ["release", "releases"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0
    assert "Usage: dutyline" in said(capsys)[0]
