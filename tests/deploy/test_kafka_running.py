"""The launcher with real Apache Kafka: what `make kafka` promises."""

import os
import shutil
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from local_kafka.cluster import Cluster

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        shutil.which("java") is None or shutil.which("mvn") is None,
        reason="needs a JDK (java) and Maven (mvn)",
    ),
]
JARS = Path(__file__).parents[2] / ".kafka" / "jars"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("kafka"), JARS)
    yield made
    made.stop(keep_data=False)


@pytest.fixture
def address(cluster: Cluster) -> str:
    return cluster.start(nodes=1, port=None)


def make_topic(address: str) -> str:
    name = f"topic-{uuid.uuid4()}"
    admin = AdminClient({"bootstrap.servers": address})
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
    return name


def send(address: str, topic: str, value: bytes) -> KafkaError | None:
    """Send one message; return the error that the broker answered, or None."""
    answers: list[KafkaError | None] = []
    producer = Producer(
        {"bootstrap.servers": address, "message.max.bytes": 8_000_000, "message.timeout.ms": 30_000}
    )
    producer.produce(topic, value, on_delivery=lambda error, _message: answers.append(error))
    producer.flush(40)
    return answers[0]


def first_message(address: str, topic: str) -> bytes:
    consumer = Consumer({"bootstrap.servers": address, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    try:
        for _ in range(60):
            message = consumer.poll(1)
            if message is not None and message.error() is None:
                return bytes(message.value())
        pytest.fail(f"no message came from {topic}")
    finally:
        consumer.close()


def test_starting_again_tells_the_running_address(cluster: Cluster, address: str) -> None:
    assert cluster.start(nodes=1, port=None) == address


def test_a_group_reads_what_was_sent(address: str) -> None:
    topic = make_topic(address)
    assert send(address, topic, b"note") is None
    assert first_message(address, topic) == b"note"


def test_a_message_of_three_megabytes_fits_and_one_of_five_does_not(address: str) -> None:
    topic = make_topic(address)
    assert send(address, topic, b"x" * 3_000_000) is None
    refusal = send(address, topic, b"x" * 5_000_000)
    assert refusal is not None
    assert refusal.code() == KafkaError.MSG_SIZE_TOO_LARGE


def test_a_topic_that_nobody_made_is_not_there_however_often_it_is_asked_for(address: str) -> None:
    admin = AdminClient({"bootstrap.servers": address})
    for _ in range(3):
        found = admin.list_topics("never-made", timeout=10).topics["never-made"]
        assert found.error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART


def test_a_killed_broker_comes_back_at_its_address_with_its_messages(cluster: Cluster, address: str) -> None:
    topic = make_topic(address)
    assert send(address, topic, b"kept") is None
    os.kill(cluster.running()[1], signal.SIGKILL)
    assert cluster.start(nodes=1, port=None) == address
    assert first_message(address, topic) == b"kept"
