"""What is to run: the nodes of a cluster, their ports, and the properties file of each."""

from __future__ import annotations

import base64
import json
import random
import socket
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from local_kafka import LocalKafkaError

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"

# Below every system's default range for outgoing connections. A port from that range can be taken by
# a client (even by its own reconnecting to the port) while a broker is down, and then the broker
# cannot come back to it.
_PORTS = range(20_000, 30_000)
_TRIES = 500
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Node:
    """One Kafka process that is both broker and controller."""

    node_id: int
    broker_port: int
    controller_port: int

    @property
    def address(self) -> str:
        """Where clients reach this broker, as host:port."""
        return f"{HOST}:{self.broker_port}"


@dataclass(frozen=True)
class Plan:
    """A cluster as it is written to disk, so that a restart has the same ports and identity."""

    cluster_id: str
    nodes: tuple[Node, ...]

    @property
    def addresses(self) -> str:
        """The bootstrap addresses, separated by commas."""
        return ",".join(node.address for node in self.nodes)


def is_free(port: int) -> bool:
    """Ask the operating system whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As Kafka itself does: connections that linger from a stopped broker do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
        return True


def free_ports(count: int, *, taken: frozenset[int] = frozenset()) -> list[int]:
    """Choose `count` different ports that are free now and not in `taken`.

    Raises:
        LocalKafkaError: so many ports could not be found.
    """
    chosen: list[int] = []
    for port in random.SystemRandom().sample(_PORTS, k=_TRIES):
        if len(chosen) == count:
            break
        if port not in taken and is_free(port):
            chosen.append(port)
    if len(chosen) < count:
        message = f"too few free ports on {HOST} from {_PORTS.start} to {_PORTS.stop - 1}; end some servers"
        raise LocalKafkaError(message)
    return chosen


def new_plan(nodes: int, port: int | None = None) -> Plan:
    """Plan a new cluster of `nodes` nodes; `port` fixes the first broker's port.

    Raises:
        LocalKafkaError: the port is taken, or too few are free.
    """
    if port is not None and not is_free(port):
        message = f"port {port} of {HOST} is taken; choose another, or leave --port out to have one chosen"
        raise LocalKafkaError(message)
    fixed = [] if port is None else [port]
    ports = fixed + free_ports(2 * nodes - len(fixed), taken=frozenset(fixed))
    return Plan(
        cluster_id=_new_cluster_id(),
        nodes=tuple(
            Node(node_id=index + 1, broker_port=ports[index], controller_port=ports[nodes + index])
            for index in range(nodes)
        ),
    )


def _new_cluster_id() -> str:
    """Make an id as Kafka does: 16 random bytes in URL-safe base 64, not starting with a dash."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        if not text.startswith("-"):
            return text


def dump_plan(plan: Plan) -> str:
    """Write a plan as JSON."""
    return json.dumps(asdict(plan), indent=2) + "\n"


def load_plan(text: str) -> Plan:
    """Read back what `dump_plan` wrote.

    Raises:
        LocalKafkaError: the text is not such a plan.
    """
    try:
        raw = json.loads(text)
        return Plan(cluster_id=str(raw["cluster_id"]), nodes=tuple(Node(**node) for node in raw["nodes"]))
    except (ValueError, KeyError, TypeError) as error:
        message = f"the cluster's plan cannot be read ({error}); stop it and start afresh"
        raise LocalKafkaError(message) from error


def render_properties(plan: Plan, node: Node, log_dir: Path) -> str:
    """Render the properties file of one node, keeping its data under `log_dir`.

    Raises:
        LocalKafkaError: the path has a comma, which Kafka reads as several directories.
    """
    if "," in str(log_dir):
        message = f"Kafka cannot keep data under a path with a comma: {log_dir}; choose another with --dir"
        raise LocalKafkaError(message)
    copies = min(len(plan.nodes), 3)
    in_sync = max(1, copies - 1)
    voters = ",".join(f"{each.node_id}@{HOST}:{each.controller_port}" for each in plan.nodes)
    settings: dict[str, str | int] = {
        "process.roles": "broker,controller",
        "node.id": node.node_id,
        "controller.quorum.voters": voters,
        "listeners": f"BROKER://{node.address},CONTROLLER://{HOST}:{node.controller_port}",
        "advertised.listeners": f"BROKER://{node.address}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(log_dir).replace("\\", "\\\\"),
        # Topics are made on purpose, with their partitions, never by a misspelt name.
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 8,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        # A group's first member works at once instead of waiting for others.
        "group.initial.rebalance.delay.ms": 0,
        "message.max.bytes": 4 * _MEBIBYTE,
        "replica.fetch.max.bytes": 4 * _MEBIBYTE,
        # Small files: many short-lived topics on a small disk.
        "log.segment.bytes": 16 * _MEBIBYTE,
        "log.index.size.max.bytes": 2 * _MEBIBYTE,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "log.cleaner.dedupe.buffer.size": 16 * _MEBIBYTE,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())
