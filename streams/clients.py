"""The one place that turns connection settings into kafka-python clients.

Every client waits for bounded times only, and what goes wrong comes out as a `BrokerError`
of one plain line that names the address.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

from dutyline.errors import BrokerError, SettingsError
from dutyline.settings import Settings

REQUEST_BYTES_MAX: Final = 3 * 1024 * 1024
"""The largest record that a client sends: a rejected event of the largest size, with its headers."""

CONNECT_SECONDS: Final = 10.0
"""How long a client looks for a broker before it says that there is none."""

ANSWER_SECONDS: Final = 30.0
"""How long a broker may take to answer one request."""

_CLOSE_SECONDS: Final = 5.0

_WAITS: Final[dict[str, object]] = {
    "bootstrap_timeout_ms": int(CONNECT_SECONDS * 1000),
    "request_timeout_ms": int(ANSWER_SECONDS * 1000),
}

SECURITY_SETTINGS: Final = frozenset(
    {
        "security_protocol",
        "sasl_mechanism",
        "sasl_plain_username",
        "sasl_plain_password",
        "ssl_cafile",
        "ssl_certfile",
        "ssl_keyfile",
        "ssl_password",
    }
)
"""What `Connection.security` may hold, under kafka-python's own names."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach Kafka.

    Attributes:
        bootstrap: brokers to begin with, host:port, separated by commas.
        api_version: protocol version, only for brokers that cannot tell theirs, as the embedded
            one (`streams.embedded.EMBEDDED_API_VERSION`); with it, producing is not idempotent, and
            that nobody answers shows at a client's first use.
        security: any of `SECURITY_SETTINGS`; never printed.
    """

    bootstrap: str
    api_version: tuple[int, ...] | None = None
    security: Mapping[str, str] = field(default_factory=dict, repr=False)


def connection_of(settings: Settings) -> Connection:
    """Give the connection that settings ask for."""
    version = settings.kafka_api_version
    parts = tuple(int(part) for part in version.split(".")) if version else None
    return Connection(settings.kafka, parts)


def producer(connection: Connection, **overrides: object) -> KafkaProducer:
    """Make a producer of bytes whose records count only when every in-sync replica has them.

    Args:
        connection: how to reach Kafka.
        overrides: kafka-python's own arguments, which win.

    Raises:
        BrokerError: no broker answers.
        SettingsError: the connection or an override cannot be used.
    """
    arguments: dict[str, object] = {
        "acks": "all",
        "max_request_size": REQUEST_BYTES_MAX,
        "max_block_ms": _WAITS["bootstrap_timeout_ms"],
        "allow_auto_create_topics": False,
    }
    if connection.api_version is not None:
        # Without idempotence only one request at a time keeps a partition's order over a retry.
        arguments |= {"enable_idempotence": False, "max_in_flight_requests_per_connection": 1}
    return _make(KafkaProducer, connection, arguments | overrides)


def consumer(connection: Connection, **overrides: object) -> KafkaConsumer:
    """Make a consumer of bytes, in no group and committing nothing unless overrides say so.

    Args:
        connection: how to reach Kafka.
        overrides: kafka-python's own arguments, which win.

    Raises:
        BrokerError: no broker answers.
        SettingsError: the connection or an override cannot be used.
    """
    arguments: dict[str, object] = {
        "group_id": None,
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "allow_auto_create_topics": False,
        "max_partition_fetch_bytes": REQUEST_BYTES_MAX,
    }
    return _make(KafkaConsumer, connection, arguments | overrides)


def admin(connection: Connection, **overrides: object) -> KafkaAdminClient:
    """Make a client that looks after topics.

    Raises:
        BrokerError: no broker answers.
        SettingsError: the connection or an override cannot be used.
    """
    return _make(KafkaAdminClient, connection, overrides)


def stop_at_once(running: KafkaProducer) -> None:
    """Stop a producer without sending what it still holds.

    Its own `close(timeout=0)` raises while a record is under way, and leaves its thread sending.
    """
    running._sender.force_close()  # noqa: SLF001 - there is no public way
    with suppress(KafkaError):
        running.close(timeout=_CLOSE_SECONDS)


def count_partitions(connection: Connection, topic: str) -> int:
    """Count a topic's partitions.

    Raises:
        BrokerError: no broker answers, or the topic is not there.
        SettingsError: the connection's settings cannot be used.
    """
    reader = consumer(connection)
    try:
        with broker_errors(connection, f"find topic {topic}"):
            found = reader.partitions_for_topic(topic)
    finally:
        reader.close()
    if not found:
        raise BrokerError(f"topic {topic} is not on {connection.bootstrap}; run `dutyline topics`")
    return len(found)


@contextmanager
def broker_errors(connection: Connection, doing: str) -> Iterator[None]:
    """Turn kafka-python's errors into one plain line.

    Args:
        connection: the connection in use.
        doing: what was attempted, as in "cannot <doing> on 127.0.0.1:9092".

    Raises:
        BrokerError: in place of any `KafkaError` and of a connection that breaks.
    """
    try:
        yield
    except (KafkaError, OSError) as error:
        raise BrokerError(f"cannot {doing} on {connection.bootstrap}: {_one_line(error)}") from error


def _make(client: Any, connection: Connection, arguments: Mapping[str, object]) -> Any:  # noqa: ANN401 - kafka-python publishes no types
    _keep_records_out_of_logs()
    try:
        return client(
            bootstrap_servers=_addresses(connection.bootstrap),
            api_version=connection.api_version,
            **_security(connection.security),
            **(_WAITS | dict(arguments)),
        )
    except KafkaError as error:
        raise BrokerError(
            f"no Kafka broker answers at {connection.bootstrap} ({_one_line(error)}); check the address, "
            "that the broker runs, and that its security settings are these"
        ) from error
    except (ValueError, TypeError, OSError) as error:
        raise SettingsError(
            f"cannot connect to {connection.bootstrap} with these settings: {_one_line(error)}"
        ) from error


def _addresses(bootstrap: str) -> list[str]:
    addresses = [address.strip() for address in bootstrap.split(",") if address.strip()]
    if not addresses:
        raise SettingsError("the Kafka address is empty; give host:port, several separated by commas")
    for address in addresses:
        host, _, port = address.rpartition(":")
        if not host or not port.isascii() or not port.isdigit():
            raise SettingsError(f"the Kafka address {address!r} is not host:port; for example 127.0.0.1:9092")
    return addresses


def _security(settings: Mapping[str, str]) -> Mapping[str, str]:
    unknown = sorted(settings.keys() - SECURITY_SETTINGS)
    if unknown:
        raise SettingsError(
            f"unknown Kafka security setting {unknown[0]}; there are {', '.join(sorted(SECURITY_SETTINGS))}"
        )
    return settings


def _keep_records_out_of_logs() -> None:
    """Hold kafka-python above DEBUG, where it prints the records themselves."""
    log = logging.getLogger("kafka")
    if log.getEffectiveLevel() < logging.INFO:
        log.setLevel(logging.INFO)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
