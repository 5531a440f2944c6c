"""The JDK, and Kafka's jars, fetched once by Maven as pom.xml names them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from local_kafka import LocalKafkaError

_POM = Path(__file__).resolve().parent.parent / "pom.xml"
_OLDEST_JAVA = 17
_STAMP = "pom.sha256"


def find_java() -> str:
    """Find a Java that can run Kafka: in JAVA_HOME, else on the PATH.

    Raises:
        LocalKafkaError: there is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
    if java is None:
        where = f"JAVA_HOME ({home})" if home else "the PATH"
        message = f"Kafka needs a JDK, {_OLDEST_JAVA} or newer, and there is no java on {where}; install one"
        raise LocalKafkaError(message)
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = java_version(told)
    if version is None:
        message = f"{java} -version does not tell its version; install a JDK, {_OLDEST_JAVA} or newer"
        raise LocalKafkaError(message)
    if version < _OLDEST_JAVA:
        message = (
            f"Kafka needs Java {_OLDEST_JAVA} or newer, and {java} is {version}; set JAVA_HOME to a newer one"
        )
        raise LocalKafkaError(message)
    return java


def java_version(told: str) -> int | None:
    """Read the major version from what `java -version` printed; None if it is not there."""
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(found.group(1)) if found else None


def fetch_jars(directory: Path) -> Path:
    """Bring the jars of pom.xml into `directory`, unless they are there already.

    Raises:
        LocalKafkaError: Maven is missing or failed.
    """
    stamp = directory / _STAMP
    wanted = hashlib.sha256(_POM.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return directory
    maven = shutil.which("mvn")
    if maven is None:
        message = "Kafka's jars are fetched with Maven, and there is no mvn on the PATH; install Maven"
        raise LocalKafkaError(message)
    print("fetching Apache Kafka's jars with Maven", file=sys.stderr)
    shutil.rmtree(directory, ignore_errors=True)
    goal = [maven, "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies"]
    result = subprocess.run(
        [*goal, f"-DoutputDirectory={directory}", "-DincludeScope=runtime"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        said = [line for line in (result.stdout + result.stderr).splitlines() if "ERROR" in line]
        message = f"Maven could not fetch Kafka's jars: {said[0] if said else 'it gave no reason'}"
        raise LocalKafkaError(message)
    stamp.write_text(wanted, encoding="ascii")
    return directory
