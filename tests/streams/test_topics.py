"""Making topics on real Apache Kafka, whose address DUTYLINE_TEST_KAFKA names."""

import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from dutyline.errors import BrokerError
from streams.clients import Connection, admin
from streams.topics import ensure_topics
from streams.topics_plan import TopicNames, TopicSpec, planned_topics

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif("DUTYLINE_TEST_KAFKA" not in os.environ, reason="DUTYLINE_TEST_KAFKA is not set"),
]


@pytest.fixture
def connection() -> Connection:
    return Connection(os.environ["DUTYLINE_TEST_KAFKA"])


@pytest.fixture
def specs(connection: Connection) -> Iterator[tuple[TopicSpec, ...]]:
    own = f"test-{uuid.uuid4().hex[:8]}"
    fields = ("notes", "eido", "rejected", "suggestions", "outcomes", "models", "incidents")
    planned = planned_topics(
        TopicNames(**{field: f"{own}.{field}" for field in fields}), partitions=3, replication=1
    )
    yield planned
    client = admin(connection)
    present = set(client.list_topics())
    client.delete_topics(
        [spec.name for spec in planned if spec.name in present] or ["none"], raise_errors=False
    )
    client.close()


def _make(connection: Connection, name: str, partitions: int, configs: Mapping[str, str]) -> None:
    client = admin(connection)
    client.create_topics(
        {name: {"num_partitions": partitions, "replication_factor": 1, "configs": dict(configs)}},
        wait_for_metadata=True,
    )
    client.close()


def test_missing_topics_are_made_and_a_second_time_all_is_right(
    connection: Connection, specs: tuple[TopicSpec, ...]
) -> None:
    names = tuple(spec.name for spec in specs)
    first = ensure_topics(connection, specs)
    second = ensure_topics(connection, specs)
    assert (first.created, first.right, first.differences) == (names, (), ())
    assert (second.created, second.right, second.differences) == ((), names, ())


def test_what_differs_is_told_with_what_to_do_and_left_as_it_is(
    connection: Connection, specs: tuple[TopicSpec, ...]
) -> None:
    eido = specs[1]
    _make(connection, eido.name, 1, {**eido.configs, "retention.ms": "1000"})
    for _ in range(2):
        report = ensure_topics(connection, specs)
        told = {difference.what: str(difference) for difference in report.differences}
        assert set(told) == {"partitions", "retention.ms"}
        assert f"--entity-name {eido.name} --add-config retention.ms=" in told["retention.ms"]
        assert eido.name not in report.right


def test_the_state_topic_is_made_as_wide_as_the_notes_topic_that_exists(
    connection: Connection, specs: tuple[TopicSpec, ...]
) -> None:
    _make(connection, specs[0].name, 5, specs[0].configs)
    ensure_topics(connection, specs)
    client = admin(connection)
    assert [len(topic["partitions"]) for topic in client.describe_topics([specs[-1].name])] == [5]
    client.close()


def test_a_state_topic_that_is_not_as_wide_as_the_notes_is_an_error(
    connection: Connection, specs: tuple[TopicSpec, ...]
) -> None:
    _make(connection, specs[-1].name, 2, specs[-1].configs)
    with pytest.raises(BrokerError, match=f"{specs[-1].name} has 2 partitions and {specs[0].name} has 3"):
        ensure_topics(connection, specs)


def test_more_replicas_than_brokers_are_refused_in_one_line(
    connection: Connection, specs: tuple[TopicSpec, ...]
) -> None:
    with pytest.raises(BrokerError, match="DUTYLINE_REPLICATION") as caught:
        ensure_topics(connection, [replace(specs[0], replication=99)])
    assert "\n" not in str(caught.value)
