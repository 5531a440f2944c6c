"""The launcher's handling of processes, with a stand-in for Java where its behaviour does not matter."""

import hashlib
import os
from pathlib import Path

import pytest
from local_kafka import LocalKafkaError, jars
from local_kafka.cluster import Cluster
from local_kafka.main import main
from local_kafka.processes import NodeFiles, running_pid, start_node, stop_nodes

POM = Path(jars.__file__).parents[1] / "pom.xml"


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    """A folder that counts as holding the jars already."""
    folder = tmp_path / "jars"
    folder.mkdir()
    (folder / "pom.sha256").write_text(hashlib.sha256(POM.read_bytes()).hexdigest())
    return folder


def pretend_java(tmp_path: Path, body: str) -> str:
    """Make a `java` that tells a version and otherwise does as `body` says; return its path."""
    home = tmp_path / "jdk"
    (home / "bin").mkdir(parents=True)
    java = home / "bin" / "java"
    java.write_text(
        f'#!/bin/sh\nif [ "$1" = -version ]; then echo \'openjdk version "17.0.1"\' >&2; exit; fi\n{body}\n'
    )
    java.chmod(0o755)
    return str(java)


def node(tmp_path: Path) -> NodeFiles:
    files = NodeFiles(tmp_path / "node-1")
    files.root.mkdir()
    return files


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_402"', 8),
        ("command not found", None),
    ],
)
def test_javas_version_is_read_from_what_it_prints(told: str, version: int | None) -> None:
    assert jars.java_version(told) == version


def test_without_a_jdk_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["start", "--dir", str(tmp_path / "kafka")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert (
        printed.err
        == "kafka: Kafka needs a JDK, 17 or newer, and there is no java on the PATH; install one\n"
    )


def test_without_maven_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(Path(pretend_java(tmp_path, "exit 0")).parents[1]))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["start", "--dir", str(tmp_path / "kafka"), "--jars", str(tmp_path / "none")]) == 1
    assert "install Maven" in capsys.readouterr().err


def test_a_kafka_that_dies_while_starting_is_reported_with_its_logs(
    tmp_path: Path, fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = pretend_java(tmp_path, 'case "$*" in *StorageTool*) exit 0;; esac; echo no space left; exit 1')
    monkeypatch.setenv("JAVA_HOME", str(Path(java).parents[1]))
    with pytest.raises(LocalKafkaError, match="ended while starting") as caught:
        Cluster(tmp_path / "kafka", fetched).start(nodes=1, port=None)
    assert "no space left" in str(caught.value)
    assert str(tmp_path / "kafka" / "node-1" / "kafka.log") in str(caught.value)


def test_a_process_that_only_inherited_the_number_is_not_taken_for_kafka(tmp_path: Path) -> None:
    files = node(tmp_path)
    files.pid.write_text(f"{os.getppid()}\n")
    assert running_pid(files) is None


def test_a_kafka_that_will_not_stop_is_killed_and_named(tmp_path: Path, fetched: Path) -> None:
    files = node(tmp_path)
    ready = files.root / "ready"
    java = pretend_java(tmp_path, f"trap '' TERM; touch '{ready}'; while :; do sleep 0.05; done")
    start_node(java, fetched, files)
    while not ready.exists():
        assert running_pid(files)
    assert stop_nodes([files], patience=0.3) == [files]
    assert running_pid(files) is None


def test_stopping_what_never_ran_is_no_error(tmp_path: Path, fetched: Path) -> None:
    assert "no Kafka runs" in Cluster(tmp_path / "kafka", fetched).stop(keep_data=False)


def test_stopping_removes_what_kafka_made_and_nothing_else(
    tmp_path: Path, fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = pretend_java(tmp_path, 'case "$*" in *StorageTool*) exit 0;; esac; exit 1')
    monkeypatch.setenv("JAVA_HOME", str(Path(java).parents[1]))
    cluster = Cluster(tmp_path / "kafka", fetched)
    with pytest.raises(LocalKafkaError):
        cluster.start(nodes=1, port=None)
    (tmp_path / "kafka" / "mine.txt").write_text("keep")
    cluster.stop(keep_data=False)
    assert {path.name for path in (tmp_path / "kafka").iterdir()} == {"mine.txt", "lock"}
