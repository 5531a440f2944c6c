"""A broker with fresh topics: the embedded one in every run, real Apache Kafka where there is one."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from dutyline.settings import Settings
from streams.clients import connection_of
from streams.embedded import EMBEDDED_API_VERSION, EmbeddedBroker
from streams.topics import ensure_topics
from streams.topics_plan import planned_topics, topic_names

TOPICS = ("notes", "eido", "rejected", "suggestions", "shadow", "outcomes", "models", "incidents")


def fresh_settings(**values: object) -> Settings:
    """Settings whose topics and group no other test has used."""
    mark = uuid4().hex[:8]
    names = {f"topic_{name}": f"{name}-{mark}" for name in TOPICS}
    return Settings(group=f"workers-{mark}", session_timeout=6.0, **{**names, **values})  # type: ignore[arg-type]


@pytest.fixture
def embedded() -> Iterator[Settings]:
    """Settings of a running embedded broker."""
    settings = fresh_settings(kafka_api_version=".".join(map(str, EMBEDDED_API_VERSION)))
    with EmbeddedBroker([getattr(settings, f"topic_{name}") for name in TOPICS]) as broker:
        yield settings.model_copy(update={"kafka": broker.address})


@pytest.fixture
def real_kafka() -> Settings:
    """Settings of real Kafka with topics of its own."""
    address = os.environ.get("DUTYLINE_TEST_KAFKA")
    if not address:
        pytest.skip("DUTYLINE_TEST_KAFKA names no Kafka; `make test` starts one where Java and Maven are")
    settings = fresh_settings(kafka=address, partitions=4)
    ensure_topics(connection_of(settings), planned_topics(topic_names(settings), partitions=4, replication=1))
    return settings


@pytest.fixture(
    params=[
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param("real_kafka", marks=pytest.mark.kafka),
    ]
)
def broker(request: pytest.FixtureRequest) -> Settings:
    """Each kind of broker in turn."""
    settings: Settings = request.getfixturevalue(request.param)
    return settings
