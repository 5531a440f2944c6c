"""Starting, killing, stopping and pausing workers."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from bench.state_choice.contenders import Contender, Names


class Slot:
    """A place for one worker, that is filled again when its worker is gone, as a supervisor does."""

    def __init__(self, contender: Contender, names: Names, bootstrap: str, place: Path) -> None:
        """Keep the worker's data and log in `place`."""
        place.mkdir(parents=True, exist_ok=True)
        self._log = place / "worker.log"
        self._command = [
            sys.executable,
            "-m",
            "bench.state_choice.worker",
            *("--contender", contender.name, "--run", names.run),
            *("--bootstrap", bootstrap, "--datadir", str(place / "data")),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self.died = 0
        """How often the worker ended by itself."""

    def start(self) -> None:
        """Start the worker."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env={**os.environ, "PYTHONUNBUFFERED": "1"}
            )

    def keep_alive(self) -> None:
        """Start the worker again if it ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            self.died += 1
            self.start()

    def kill(self) -> None:
        """Kill the worker without a word, as the machine's end would."""
        self._end(signal.SIGKILL, within=10)

    def stop(self) -> None:
        """Ask the worker to end, and wait for it; kill it if it does not within 40 s."""
        self._end(signal.SIGTERM, within=40)

    def pause(self) -> None:
        """Freeze the worker, as a stalled machine does."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen worker go on."""
        self._running().send_signal(signal.SIGCONT)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            message = "the slot has no worker"
            raise RuntimeError(message)
        return self._process

    def _end(self, number: signal.Signals, within: float) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(number)
            try:
                self._process.wait(within)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
