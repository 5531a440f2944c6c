"""docker-compose.yml, the Dockerfile and the locked requirements, read as data."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dutyline.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
ONE_SHOT = {"topics", "demo-feed"}

every_service = pytest.mark.parametrize("name", sorted(SERVICES))
every_lock = pytest.mark.parametrize(
    "path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


@every_service
def test_every_service_names_an_image_of_one_version_and_no_registry(name: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9-]+/)?[a-z0-9-]+:\d+\.\d+\.\d+", SERVICES[name]["image"])


@every_service
def test_every_service_says_how_it_is_restarted(name: str) -> None:
    wanted = "on-failure:5" if name in ONE_SHOT else "unless-stopped"
    assert SERVICES[name]["restart"] == wanted


@every_service
def test_what_keeps_running_is_checked_and_what_ends_is_not(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check == {"disable": True} if name in ONE_SHOT else check["test"]


@every_service
def test_ports_are_published_to_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@every_service
def test_every_variable_of_ours_is_a_setting(name: str) -> None:
    ours = {key for key in SERVICES[name]["environment"] if key.startswith("DUTYLINE_")}
    assert ours <= {"DUTYLINE_" + field.upper() for field in Settings.model_fields}


@every_service
def test_our_own_containers_can_change_nothing_but_their_scratch(name: str) -> None:
    if SERVICES[name]["image"].startswith("dutyline:"):
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_two_workers_run_and_nothing_stops_there_being_more() -> None:
    worker = SERVICES["worker"]
    assert worker["deploy"]["replicas"] == 2
    assert not {"ports", "container_name", "volumes"} & worker.keys()


def test_workers_wait_for_kafka_and_for_the_topics() -> None:
    waits = {name: each["condition"] for name, each in SERVICES["worker"]["depends_on"].items()}
    assert waits == {"kafka": "service_healthy", "topics": "service_completed_successfully"}


def test_the_demonstration_is_fed_only_when_asked_for() -> None:
    assert [name for name, each in SERVICES.items() if "profiles" in each] == ["demo-feed"]


def test_kafka_is_the_version_that_make_kafka_runs() -> None:
    found = re.search(r"<kafka\.version>(.+)</kafka\.version>", (ROOT / "deploy/kafka/pom.xml").read_text())
    assert found
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{found.group(1)}"


def test_the_image_carries_the_packages_version() -> None:
    assert SERVICES["worker"]["image"] == f"dutyline:{version()}"


def test_the_image_is_built_from_locked_wheels_and_runs_as_nobody_special() -> None:
    installs = [line for line in DOCKERFILE.splitlines() if "install" in line and "requirements/" in line]
    assert installs
    assert all("--require-hashes --only-binary :all:" in line for line in installs)
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1] == "10001:10001"


def test_every_stage_starts_from_the_same_pinned_python() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) > 1
    assert set(bases) == {"python:3.11-slim-bookworm"}


@every_lock
def test_a_lock_names_exact_versions_with_hashes_and_no_host_or_path(path: Path) -> None:
    text = path.read_text()
    packages = re.findall(r"^([A-Za-z0-9._-]+)==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert packages
    assert len(packages) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE))
    assert "://" not in text
    assert not re.search(r"(?:^|\s)/\w", text)
