"""The embedded broker: there when asked for, quiet, gone afterwards."""

import socket
import subprocess
import sys

import pytest

from dutyline.errors import BrokerError, SettingsError
from streams.clients import Connection, consumer, producer
from streams.embedded import EMBEDDED_API_VERSION, EMBEDDED_PARTITIONS, EmbeddedBroker

pytestmark = pytest.mark.embedded


def _connect(address: str) -> None:
    host, port = address.rsplit(":", 1)
    socket.create_connection((host, int(port)), timeout=5).close()


def test_topics_are_there_from_the_start() -> None:
    with EmbeddedBroker(["cad.notes"]) as broker:
        reading = consumer(Connection(broker.address, EMBEDDED_API_VERSION))
        assert reading.partitions_for_topic("cad.notes") == set(range(EMBEDDED_PARTITIONS))
        reading.close()


def test_what_is_produced_with_headers_is_read_back_by_a_group() -> None:
    with EmbeddedBroker(["t"]) as broker:
        connection = Connection(broker.address, EMBEDDED_API_VERSION)
        writing = producer(connection)
        writing.send("t", b"value", key=b"key", headers=[("name", b"1")]).get(10)
        reading = consumer(connection, group_id="readers", consumer_timeout_ms=20_000)
        reading.subscribe(["t"])
        record = next(iter(reading))
        assert (record.key, record.value, record.headers) == (b"key", b"value", [("name", b"1")])
        reading.close()
        writing.close()


def test_a_broker_that_is_not_running_makes_no_topics() -> None:
    with pytest.raises(BrokerError, match="not running"):
        EmbeddedBroker().make_topics(["t"])


def test_it_is_gone_after_its_block() -> None:
    with EmbeddedBroker() as broker:
        _connect(broker.address)
    with pytest.raises(OSError, match="refused"):
        _connect(broker.address)


@pytest.mark.parametrize("ending", ["end of input", "SIGTERM"])
def test_as_a_process_it_prints_only_its_address_and_ends_when_told(ending: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.embedded", "cad.notes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    _connect(process.stdout.readline().strip())
    if ending == "SIGTERM":
        process.terminate()
    out, complaints = process.communicate(timeout=20)
    assert (process.returncode, out, complaints) == (0, "", "")


def test_an_address_where_nothing_listens_is_named_in_one_line() -> None:
    with pytest.raises(BrokerError, match=r"127\.0\.0\.1:1 .*check") as caught:
        producer(Connection("127.0.0.1:1"), bootstrap_timeout_ms=300)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("bootstrap", ["", " , ", "broker", "broker:", ":9092", "broker:kafka"])
def test_an_address_that_is_none_is_a_wrong_setting(bootstrap: str) -> None:
    with pytest.raises(SettingsError, match="address"):
        producer(Connection(bootstrap))


def test_an_unknown_security_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="sasl_password"):
        producer(Connection("127.0.0.1:1", security={"sasl_password": "x"}))


def test_security_settings_are_never_printed() -> None:
    assert "hunter2" not in repr(Connection("b:1", security={"sasl_plain_password": "hunter2"}))
