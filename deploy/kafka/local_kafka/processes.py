"""The Java processes of Kafka: formatting a node's storage, starting it, finding it, stopping it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from local_kafka import LocalKafkaError

_LOGGING = Path(__file__).resolve().parent.parent / "log4j2.xml"
_HEAP = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC")
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class NodeFiles:
    """Where one node keeps its things."""

    root: Path

    @property
    def properties(self) -> Path:
        """Kafka's settings."""
        return self.root / "server.properties"

    @property
    def data(self) -> Path:
        """Kafka's log directory."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What Kafka logs."""
        return self.root / "kafka.log"

    @property
    def console(self) -> Path:
        """What the Java process itself prints, such as why it could not start."""
        return self.root / "console.log"

    @property
    def pid(self) -> Path:
        """The process id."""
        return self.root / "pid"


def format_storage(java: str, jars: Path, files: NodeFiles, cluster_id: str) -> None:
    """Prepare a node's empty data directory.

    Raises:
        LocalKafkaError: Kafka's storage tool refused.
    """
    arguments = ["kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(files.properties)]
    result = subprocess.run(
        [*_java_command(java, jars, files), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        files.console.write_text(result.stdout + result.stderr, encoding="utf-8")
        message = f"Kafka's storage could not be formatted; see {files.console}"
        raise LocalKafkaError(message)


def start_node(java: str, jars: Path, files: NodeFiles) -> None:
    """Start a node in a session of its own, so that Ctrl-C at the terminal does not reach it."""
    with files.console.open("ab") as console:
        process = subprocess.Popen(
            [*_java_command(java, jars, files), "kafka.Kafka", str(files.properties)],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            cwd=files.root,
            start_new_session=True,
        )
    files.pid.write_text(f"{process.pid}\n", encoding="ascii")


def running_pid(files: NodeFiles) -> int | None:
    """Return the process id of this node if it runs; None if it does not.

    A process that only inherited the number of one that died is told apart by its command line.
    """
    try:
        pid = int(files.pid.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    if _is_living_child(pid) or str(files.properties) in _command_line(pid):
        return pid
    return None


def stop_nodes(nodes: list[NodeFiles], patience: float) -> list[NodeFiles]:
    """Ask every node to stop, wait up to `patience` seconds, then kill; return those that were killed."""
    for files in nodes:
        _signal(files, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and any(running_pid(files) for files in nodes):
        time.sleep(_POLL_SECONDS)
    stubborn = [files for files in nodes if running_pid(files)]
    for files in stubborn:
        _signal(files, signal.SIGKILL)
    while any(running_pid(files) for files in stubborn):
        time.sleep(_POLL_SECONDS)
    for files in nodes:
        files.pid.unlink(missing_ok=True)
    return stubborn


def _java_command(java: str, jars: Path, files: NodeFiles) -> list[str]:
    logging = [f"-Dlog4j2.configurationFile={_LOGGING}", f"-Ddutyline.log={files.log}"]
    return [java, *_HEAP, "-Djava.awt.headless=true", *logging, "-cp", f"{jars}/*"]


def _signal(files: NodeFiles, number: signal.Signals) -> None:
    pid = running_pid(files)
    if pid is not None:
        os.kill(pid, number)


def _is_living_child(pid: int) -> bool:
    """Tell whether this very program started the process and it lives; one that died is let go."""
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False  # an earlier run of this program started it, or it has been let go


def _command_line(pid: int) -> str:
    """Return a process's command line; empty if there is no such process."""
    proc = Path(f"/proc/{pid}/cmdline")
    if proc.parent.parent.joinpath("self").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    listing = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout
