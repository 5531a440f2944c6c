"""Feeding: every line once, unchanged, in its incident's order, whatever breaks.

Each test runs on the embedded broker, and on real Apache Kafka where DUTYLINE_TEST_KAFKA names one.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka import TopicPartition

from dutyline.errors import BrokerError, SettingsError
from streams import feed_resume
from streams.clients import Connection, consumer, producer
from streams.embedded import EMBEDDED_API_VERSION, EmbeddedBroker
from streams.feed import feed
from streams.feed_flight import Flight
from streams.feed_line import partition_of
from streams.topics import ensure_topics
from streams.topics_plan import TopicNames, planned_topics

PARTITIONS = 4


@dataclass
class Kafka:
    """A broker to feed, with a new topic for each that asks."""

    connection: Connection
    make_topic: Callable[[str], None]

    def new_topic(self) -> str:
        topic = f"test-{uuid.uuid4().hex[:12]}.notes"
        self.make_topic(topic)
        return topic

    def values(self, topic: str) -> list[list[bytes]]:
        """All values, by partition, in order."""
        reader = consumer(self.connection)
        found = []
        for number in range(PARTITIONS):
            partition = TopicPartition(topic, number)
            reader.assign([partition])
            reader.seek_to_beginning(partition)
            end, values = reader.end_offsets([partition])[partition], []
            while reader.position(partition) < end:
                values += [record.value for record in reader.poll(timeout_ms=500).get(partition, [])]
            found.append(values)
        reader.close()
        return found


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param(
            "real",
            marks=[
                pytest.mark.kafka,
                pytest.mark.skipif("DUTYLINE_TEST_KAFKA" not in os.environ, reason="no DUTYLINE_TEST_KAFKA"),
            ],
        ),
    ],
)
def kafka(request: pytest.FixtureRequest) -> Iterator[Kafka]:
    if request.param == "embedded":
        with EmbeddedBroker() as broker:
            connection = Connection(broker.address, EMBEDDED_API_VERSION)
            yield Kafka(connection, lambda topic: broker.make_topics([topic]))
        return
    connection = Connection(os.environ["DUTYLINE_TEST_KAFKA"])

    def make(topic: str) -> None:
        ensure_topics(
            connection, planned_topics(TopicNames(notes=topic), partitions=PARTITIONS, replication=1)[:1]
        )

    yield Kafka(connection, make)


def _events(count: int, incidents: int = 7) -> list[bytes]:
    return [
        json.dumps({"incident_id": f"I-{n % incidents}", "text": "x", "n": n}).encode() + b"\n"
        for n in range(count)
    ]


def _expected(lines: Sequence[bytes]) -> list[list[bytes]]:
    """What should lie in each partition, for lines that are events."""
    partitions: list[list[bytes]] = [[] for _ in range(PARTITIONS)]
    for line in lines:
        key = json.loads(line)["incident_id"].encode()
        partitions[partition_of(key, PARTITIONS)].append(line.rstrip(b"\n"))
    return partitions


def test_every_line_is_published_in_order_and_confirmed(kafka: Kafka) -> None:
    topic, lines = kafka.new_topic(), _events(300)
    report = feed(lines, kafka.connection, topic)
    assert (report.read, report.published, report.bytes_read) == (300, 300, sum(map(len, lines)))
    assert kafka.values(topic) == _expected(lines)


def test_keys_lie_where_kafkas_default_partitioner_puts_them(kafka: Kafka) -> None:
    topic = kafka.new_topic()
    writing = producer(kafka.connection)
    keys = [str(uuid.uuid4()).encode() for _ in range(50)]
    landed = [writing.send(topic, key=key, value=b"x").get(20).partition for key in keys]
    writing.close()
    assert landed == [partition_of(key, PARTITIONS) for key in keys]


def test_a_line_that_cannot_be_read_is_published_for_the_worker_to_reject(kafka: Kafka) -> None:
    topic = kafka.new_topic()
    report = feed([b"\xff\n", b"\n", b"{}\n"], kafka.connection, topic)
    assert (report.read, report.published, report.unreadable) == (2, 2, 2)
    assert kafka.values(topic)[0] == [b"\xff", b"{}"]


def test_a_line_that_no_record_can_carry_is_told_and_the_rest_goes_on(kafka: Kafka) -> None:
    topic, lines = kafka.new_topic(), _events(20)
    huge = b'{"incident_id": "I-0", "text": "%s"}\n' % (b"x" * 3_200_000)
    report = feed([*lines[:10], huge, *lines[10:]], kafka.connection, topic)
    assert (report.too_large, report.published, report.unreadable) == ([11], 20, 0)
    assert kafka.values(topic) == _expected(lines)


def test_a_line_that_the_broker_refuses_does_not_spoil_those_after_it(kafka: Kafka) -> None:
    if kafka.connection.api_version:
        pytest.skip("the embedded broker refuses no size")
    topic, lines = kafka.new_topic(), _events(500)
    large = b'{"incident_id": "I-0", "text": "%s"}\n' % (b"x" * 2_500_000)
    fits = json.dumps({"incident_id": "I-0", "text": "x", "n": "x" * 2_000_000}).encode() + b"\n"
    report = feed([*lines[:200], large, large, fits, *lines[200:]], kafka.connection, topic)
    assert (report.too_large, report.published) == ([201, 202], 501)
    assert kafka.values(topic) == _expected([*lines[:200], fits, *lines[200:]])


def test_the_time_between_notes_is_kept_by_the_given_clock(kafka: Kafka) -> None:
    times = ["2026-03-01T10:00:00-08:00", "2026-03-01T10:00:30-08:00", None, "2026-03-01T10:00:10-08:00"]
    lines = [json.dumps({"incident_id": "I", "text": "x", "at": at}).encode() for at in times]
    now, confirmed_before_waiting = [0.0], list[int]()
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    feed(
        lines,
        kafka.connection,
        kafka.new_topic(),
        speed=10,
        sleep=sleep,
        clock=lambda: now[0],
        on_progress=lambda report: confirmed_before_waiting.append(report.published),
    )
    assert (waits, confirmed_before_waiting) == ([3.0], [1, 4])


def test_feeding_again_with_resume_publishes_nothing_twice(kafka: Kafka) -> None:
    topic, lines = kafka.new_topic(), _events(500)
    feed(lines[:200], kafka.connection, topic, feed_id="f")
    grown = feed(lines, kafka.connection, topic, feed_id="f", resume=True)
    again = feed(lines, kafka.connection, topic, feed_id="f", resume=True)
    assert (grown.skipped, grown.published, again.skipped, again.published) == (200, 300, 500, 0)
    assert kafka.values(topic) == _expected(lines)


def test_another_feed_on_the_topic_is_not_taken_for_this_one(kafka: Kafka) -> None:
    topic, lines = kafka.new_topic(), _events(50)
    feed(lines, kafka.connection, topic, feed_id="another")
    feed(lines, kafka.connection, topic)
    report = feed(lines, kafka.connection, topic, feed_id="f", resume=True)
    assert (report.skipped, report.published) == (0, 50)


def test_another_file_under_the_same_id_is_refused(kafka: Kafka) -> None:
    topic = kafka.new_topic()
    feed(_events(5), kafka.connection, topic, feed_id="f")
    with pytest.raises(SettingsError, match="line 1 is not what was fed before"):
        feed(_events(5, incidents=1)[::-1], kafka.connection, topic, feed_id="f", resume=True)


@pytest.mark.parametrize("in_flight", [5, 50])
def test_lines_that_a_break_left_out_are_sent_before_the_feed_goes_on(kafka: Kafka, in_flight: int) -> None:
    topic, lines = kafka.new_topic(), _events(200)
    missing = {196, 199}
    writing = producer(kafka.connection)
    for number, line in enumerate(lines, start=1):
        if number not in missing:
            key = json.loads(line)["incident_id"].encode()
            headers = [("dutyline-feed", b"f"), ("dutyline-line", b"%d" % number)]
            writing.send(
                topic, line.strip(), key=key, partition=partition_of(key, PARTITIONS), headers=headers
            ).get(20)
    writing.close()
    with (
        patch.object(feed_resume, "LINES_IN_FLIGHT_MAX", in_flight),
        patch.object(feed_resume, "_FIRST_WINDOW", 3),
    ):
        report = feed(lines, kafka.connection, topic, feed_id="f", resume=True)
        twice = feed(lines, kafka.connection, topic, feed_id="f", resume=True)
    assert (report.published, report.skipped, twice.published) == (2, 198, 0)
    assert [sorted(values) for values in kafka.values(topic)] == [sorted(v) for v in _expected(lines)]


_KILLED = """
import os, signal, sys
from pathlib import Path
from streams.clients import Connection
from streams.feed import feed
from streams.feed_source import open_source

path, address, version, topic, enough = sys.argv[1:]

def die(report):
    if report.published >= int(enough):
        os.kill(os.getpid(), signal.SIGKILL)

with open_source(Path(path)) as source:
    connection = Connection(address, tuple(map(int, version.split("."))) if version else None)
    feed(source.lines, connection, topic, feed_id=source.feed_id, resume=True, on_progress=die)
"""


def test_a_feeder_killed_twice_in_the_middle_leaves_each_line_exactly_once(
    kafka: Kafka, tmp_path: Path
) -> None:
    topic, lines = kafka.new_topic(), _events(20_000, incidents=300)
    path = tmp_path / "notes.jsonl"
    path.write_bytes(b"".join(lines))
    version = ".".join(map(str, kafka.connection.api_version or ()))
    command = [sys.executable, "-c", _KILLED, str(path), kafka.connection.bootstrap, version, topic]
    root = str(Path(__file__).parents[2])
    for enough in ("4000", "3000"):
        run = subprocess.run([*command, enough], cwd=root, timeout=120, check=False)
        assert run.returncode == -signal.SIGKILL
    last = subprocess.run([*command, "1000000"], cwd=root, timeout=120, check=False)
    assert last.returncode == 0
    found = kafka.values(topic)
    assert [sorted(values) for values in found] == [sorted(values) for values in _expected(lines)]


_NOTES = st.builds(
    lambda incident, text: json.dumps({"incident_id": incident, "text": text}).encode(),
    st.sampled_from(["A", "B", "C", "\u00e9"]),
    st.text(min_size=1, max_size=20),
)
_LINES = st.lists(_NOTES | st.binary(max_size=30).filter(lambda line: b"\n" not in line), max_size=30)


@pytest.mark.embedded
def test_any_lines_are_published_unchanged_in_order() -> None:
    with EmbeddedBroker() as broker:
        kafka = Kafka(
            Connection(broker.address, EMBEDDED_API_VERSION), lambda topic: broker.make_topics([topic])
        )

        @settings(max_examples=25)
        @given(_LINES)
        def check(lines: list[bytes]) -> None:
            topic = kafka.new_topic()
            report = feed([line + b"\r\n" for line in lines], kafka.connection, topic)
            kept = [line for line in lines if line.strip()]
            assert report.published == report.read == len(kept)
            found = kafka.values(topic)
            assert sorted(itertools.chain(*found)) == sorted(kept)
            for values in found:
                order = iter(kept)
                assert all(value in order for value in values)

        check()


def test_standard_input_cannot_be_resumed() -> None:
    with pytest.raises(SettingsError, match="standard input cannot be resumed"):
        feed([], Connection("127.0.0.1:1"), "t", resume=True)


@pytest.mark.parametrize("resume", [False, True])
def test_a_topic_that_is_not_there_is_named_with_what_to_do(kafka: Kafka, resume: bool) -> None:  # noqa: FBT001 - a parameter of the test
    if kafka.connection.api_version:
        pytest.skip("the embedded broker makes every topic that is asked for")
    with pytest.raises(BrokerError, match=r"no-such-topic .*dutyline topics"):
        feed([], kafka.connection, "no-such-topic", resume=resume, feed_id="f")


def test_progress_is_told_now_and_then_and_at_the_end(kafka: Kafka) -> None:
    told: list[int] = []
    feed(
        _events(250), kafka.connection, kafka.new_topic(), on_progress=lambda report: told.append(report.read)
    )
    assert told == [100, 200, 250]


def test_a_line_that_is_not_confirmed_stops_the_feed(kafka: Kafka) -> None:
    def lose(self: Flight) -> None:
        raise BrokerError("line 3 could not be confirmed")

    with patch.object(Flight, "land", lose), pytest.raises(BrokerError, match="line 3"):
        feed(_events(3), kafka.connection, kafka.new_topic())
