"""The main job for real: notes through `dutyline feed`, Kafka and a worker, beside `dutyline assess`.

    python bench/main_job.py FILE --kafka HOST:PORT

Says how many notes were taken, known already or rejected, how many suggestions were published, and
whether they are byte for byte (`issued_at` aside) what `assess` prints; how long it took; and
the worker's peak memory.  Uses topics of its own and leaves them there for a look.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

from kafka import TopicPartition

from dutyline.settings import Settings, load_settings
from streams.clients import connection_of, consumer
from streams.demo import free_port, wait_until_ready, worker_process
from streams.topics import ensure_topics
from streams.topics_plan import planned_topics, topic_names

QUIET = 3.0
"""Seconds without a new record after which the worker counts as done."""


def main() -> int:
    """Run it; the exit status is 0 only if every note is accounted for and the bytes are equal."""
    arguments = _arguments()
    settings = _fresh(arguments.kafka)
    environment = os.environ | settings.environment()
    lines = [line for line in arguments.file.read_bytes().splitlines() if line.strip()]
    log = settings.data_dir / "worker.log"
    with worker_process(settings, log) as process:
        wait_until_ready(settings, process, log)
        began = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "dutyline", "feed", "--quiet", str(arguments.file)],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        fed = time.monotonic() - began
        published, finished = _read_until_quiet(settings)
        seconds = finished - began
        memory = _peak_memory(process.pid)
        assessed = subprocess.run(
            [sys.executable, "-m", "dutyline", "assess", str(arguments.file)],
            env=environment,
            check=False,
            capture_output=True,
        ).stdout.splitlines()
    taken = sum(1 for record in published[settings.topic_incidents] if record is not None)
    rejected = len(published[settings.topic_rejected])
    suggestions = [record for record in published[settings.topic_suggestions] if record is not None]
    equal = Counter(map(_comparable, suggestions)) == Counter(map(_comparable, assessed))
    print(f"notes fed           {len(lines)} in {fed:.1f} s")
    print(f"taken               {taken}")
    print(f"rejected            {rejected}")
    print(f"known duplicates    {len(lines) - taken - rejected} (the rest)")
    print(f"suggestions         {len(suggestions)} in {seconds:.1f} s after the first note was fed")
    print(f"equal to assess     {'yes, byte for byte' if equal else 'NO'} ({len(assessed)} there)")
    print(f"worker peak memory  {memory:.0f} MiB")
    return 0 if equal else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="note events, one JSON object a line")
    parser.add_argument("--kafka", required=True, help="address of a real Kafka, as `make kafka` prints it")
    return parser.parse_args()


def _fresh(kafka: str) -> Settings:
    mark = uuid4().hex[:6]
    kinds = ("notes", "eido", "rejected", "suggestions", "outcomes", "models", "incidents")
    settings = load_settings(
        kafka=kafka,
        group=f"main-job-{mark}",
        web_port=free_port(),
        data_dir=Path(tempfile.mkdtemp(prefix="dutyline-main-job-")),
        **{f"topic_{kind}": f"main-job-{kind}-{mark}" for kind in kinds},
    )
    plan = planned_topics(topic_names(settings), partitions=settings.partitions, replication=1)
    ensure_topics(connection_of(settings), plan)
    return settings


def _read_until_quiet(settings: Settings) -> tuple[dict[str, list[bytes | None]], float]:
    """Read what the worker published until nothing comes any more; also when the last of it came."""
    topics = (settings.topic_suggestions, settings.topic_rejected, settings.topic_incidents)
    found: dict[str, list[bytes | None]] = {topic: [] for topic in topics}
    with consumer(connection_of(settings)) as reader:
        reader.assign(
            [TopicPartition(topic, part) for topic in topics for part in range(settings.partitions)]
        )
        reader.seek_to_beginning()
        last = time.monotonic()
        while time.monotonic() - last < QUIET:
            for source, records in reader.poll(timeout_ms=100).items():
                found[source.topic] += [record.value for record in records]
                last = time.monotonic()
    return found, last


def _peak_memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kibibytes) / 1024


def _comparable(suggestion: bytes) -> bytes:
    return json.dumps({**json.loads(suggestion), "issued_at": ""}).encode()


if __name__ == "__main__":
    raise SystemExit(main())
