"""Making the topics that are missing, and telling what is wrong with those that are there.

What exists is never altered: someone may have chosen it, and some changes, such as more
partitions, move incidents that are open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource
from kafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from dutyline.errors import BrokerError
from streams.clients import Connection, admin, broker_errors
from streams.topics_plan import TopicSpec

_READY_MS: Final = 20_000
"""How long a new topic may take until each partition has a leader."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How an existing topic differs from its specification, and what to do."""

    topic: str
    what: str
    wanted: str
    found: str
    advice: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.what} is {self.found}, not {self.wanted}; {self.advice}"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of each topic.

    Attributes:
        created: names of the topics that were made.
        right: names of those that were there and as specified.
        differences: of those that were there and are not; none was altered.
    """

    created: tuple[str, ...]
    right: tuple[str, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class _Existing:
    partitions: int
    replication: int


def ensure_topics(connection: Connection, specs: Sequence[TopicSpec]) -> Report:
    """Make the topics that are missing; doing it again changes nothing.

    A topic that is aligned with another is made with as many partitions as that one has.

    Raises:
        BrokerError: no broker answers, it refuses a topic, or two aligned topics have
            different numbers of partitions.
        SettingsError: the connection's settings cannot be used.
    """
    client = admin(connection)
    try:
        with broker_errors(connection, "look after topics"):
            before = _describe(client, specs)
            missing = [spec for spec in specs if spec.name not in before]
            for aligned in (False, True):
                batch = [spec for spec in missing if (spec.aligned_with is not None) == aligned]
                _create(client, batch, _describe(client, specs))
            client.wait_for_topics([spec.name for spec in specs], timeout_ms=_READY_MS)
            after = _describe(client, specs)
            configs = _configs(client, before)
    finally:
        client.close()
    _check_alignment(specs, after)
    differences = [
        difference
        for spec in specs
        if spec.name in before
        for difference in _compare(spec, before[spec.name], configs[spec.name], specs)
    ]
    wrong = {difference.topic for difference in differences}
    return Report(
        created=tuple(spec.name for spec in missing),
        right=tuple(spec.name for spec in specs if spec.name in before and spec.name not in wrong),
        differences=tuple(differences),
    )


def _describe(client: KafkaAdminClient, specs: Iterable[TopicSpec]) -> dict[str, _Existing]:
    found = {}
    for topic in client.describe_topics([spec.name for spec in specs]):
        error = for_code(topic["error_code"])
        if error is UnknownTopicOrPartitionError:
            continue
        if topic["error_code"]:
            raise error(topic["name"])
        partitions = topic["partitions"]
        found[topic["name"]] = _Existing(
            len(partitions), min(len(partition["replica_nodes"]) for partition in partitions)
        )
    return found


def _create(client: KafkaAdminClient, specs: Sequence[TopicSpec], existing: Mapping[str, _Existing]) -> None:
    if not specs:
        return
    wanted = {}
    for spec in specs:
        model = existing.get(spec.aligned_with or "")
        wanted[spec.name] = {
            "num_partitions": model.partitions if model else spec.partitions,
            "replication_factor": spec.replication,
            "configs": dict(spec.configs),
        }
    answer = client.create_topics(wanted, raise_errors=False)
    for topic in answer["topics"]:
        error = for_code(topic["error_code"])
        if topic["error_code"] and error is not TopicAlreadyExistsError:
            raise BrokerError(
                f"Kafka refuses topic {topic['name']} ({error.__name__}: {topic['error_message']}); check "
                "DUTYLINE_REPLICATION against the number of brokers, and the rights of this user"
            )


def _configs(client: KafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, str | None]]:
    resources = [ConfigResource("TOPIC", name) for name in names]
    if not resources:
        return {}
    described = client.describe_configs(resources, config_filter="all")["topic"]
    return {
        name: {key: entry["value"] for key, entry in entries.items()} for name, entries in described.items()
    }


def _check_alignment(specs: Sequence[TopicSpec], existing: Mapping[str, _Existing]) -> None:
    for spec in specs:
        if spec.aligned_with is None or spec.aligned_with not in existing:
            continue
        ours, theirs = existing[spec.name].partitions, existing[spec.aligned_with].partitions
        if ours != theirs:
            raise BrokerError(
                f"{spec.name} has {ours} partitions and {spec.aligned_with} has {theirs}, but a note and its "
                f"incident's state share a partition number; stop the workers, delete {spec.name} and make "
                "it anew (open incidents then begin again from the notes that follow)"
            )


def _compare(
    spec: TopicSpec, found: _Existing, configs: Mapping[str, str | None], specs: Sequence[TopicSpec]
) -> list[Difference]:
    differences = []
    others = ", ".join(sorted(other.name for other in specs if other.aligned_with == spec.name))
    if spec.aligned_with is None and found.partitions != spec.partitions:
        advice = "keep it, or stop feeders and workers first, since open incidents change partition" + (
            f", and make {others} anew" if others else ""
        )
        differences.append(
            Difference(spec.name, "partitions", str(spec.partitions), str(found.partitions), advice)
        )
    if found.replication != spec.replication:
        advice = "set DUTYLINE_REPLICATION to it, or reassign with kafka-reassign-partitions.sh"
        differences.append(
            Difference(spec.name, "replication", str(spec.replication), str(found.replication), advice)
        )
    for key, wanted in spec.configs.items():
        if configs.get(key) != wanted:
            advice = (
                "keep it if it was chosen, or run kafka-configs.sh --alter --entity-type topics "
                f"--entity-name {spec.name} --add-config {key}={wanted}"
            )
            differences.append(Difference(spec.name, key, wanted, configs.get(key) or "not set", advice))
    return differences
