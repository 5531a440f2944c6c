"""A Kafka broker inside this process, for `dutyline demo` and for tests.

It is the mock cluster of librdkafka, which comes with confluent-kafka.  Of the brokers that
a package index offers it is the one that is widely trusted, starts in milliseconds, and
whose consumer groups form in seconds.  Its limits are why it is no broker for real notes:

- Everything is in memory and ends with the process, and of each partition only the newest 5 MB
  are kept: what a consumer has not read by then is gone.
- Topics come into being when they are first asked for, with four partitions each and no
  configuration; there is no CreateTopics, no retention and no compaction.
- It tells kafka-python no protocol version (see `EMBEDDED_API_VERSION`), stamps every record
  with the same time, and knows no security.

So tests of loss, of rebalance under load or of a restarted broker need real Apache Kafka.

`python -m streams.embedded [TOPIC ...]` runs one by itself: the last line on standard output
is its address, and it lives until standard input ends or it is told to terminate.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final, Self

from confluent_kafka import KafkaException, Producer

from dutyline.errors import BrokerError

EMBEDDED_API_VERSION: Final = (2, 3)
"""What to tell kafka-python, which cannot learn it from this broker."""

EMBEDDED_PARTITIONS: Final = 4
"""Partitions of each of its topics."""

_ANSWER_SECONDS: Final = 10.0
"""How long it may take to answer; it is in this process, so far less is the rule."""


class EmbeddedBroker:
    """A broker that lives as long as its `with` block.

    Attributes:
        address: where it listens on this machine, as host:port.
    """

    def __init__(self, topics: Iterable[str] = ()) -> None:
        """Prepare a broker.

        Args:
            topics: topics that are there from the start, of `EMBEDDED_PARTITIONS` each.
        """
        self._topics = tuple(topics)
        self._cluster: Any = None
        self.address = ""

    def __enter__(self) -> Self:
        """Start it and make its topics.

        Raises:
            BrokerError: it did not start, or did not make a topic.
        """
        try:
            self._cluster = Producer(
                {"test.mock.num.brokers": 1, "bootstrap.servers": "embedded", "log_level": 0}
            )
            brokers = self._cluster.list_topics(timeout=_ANSWER_SECONDS).brokers
        except KafkaException as error:
            raise BrokerError(
                f"the embedded broker did not start ({error}); check that loopback connections are allowed"
            ) from error
        self.address = ",".join(f"{broker.host}:{broker.port}" for broker in brokers.values())
        self.make_topics(self._topics)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it; what was on it is gone."""
        self._cluster = None

    def make_topics(self, topics: Iterable[str]) -> None:
        """Make topics by asking for them.

        Raises:
            BrokerError: the broker is not running, or does not answer.
        """
        if self._cluster is None:
            raise BrokerError("the embedded broker is not running; use it in a `with` block")
        for topic in topics:
            try:
                self._cluster.list_topics(topic, timeout=_ANSWER_SECONDS)
            except KafkaException as error:
                raise BrokerError(f"the embedded broker did not make topic {topic}: {error}") from error


def main(topics: list[str]) -> int:
    """Run a broker until standard input ends or the process is told to terminate."""
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())

    def wait_for_end_of_input() -> None:
        while os.read(sys.stdin.fileno(), 1024):  # not through a buffer, whose lock would outlive main()
            pass
        done.set()

    with EmbeddedBroker(topics) as broker:
        sys.stdout.write(broker.address + "\n")
        sys.stdout.flush()
        threading.Thread(target=wait_for_end_of_input, daemon=True).start()
        done.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
