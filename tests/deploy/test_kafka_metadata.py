"""Whether the cluster answers: one Metadata request."""

import socket
import struct
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_kafka.metadata import brokers_listed, decode_broker_ids, encode_request

Broker = tuple[int, str, int, str | None]
names = st.text(st.characters(codec="ascii"), max_size=40)
brokers_of_a_cluster = st.lists(
    st.tuples(st.integers(0, 2**31 - 1), names, st.integers(0, 65535), st.none() | names), max_size=5
)


def answer(brokers: list[Broker]) -> bytes:
    body = struct.pack(">ii", 1, len(brokers))
    for broker_id, host, port, rack in brokers:
        body += struct.pack(">ih", broker_id, len(host)) + host.encode() + struct.pack(">i", port)
        body += struct.pack(">h", -1) if rack is None else struct.pack(">h", len(rack)) + rack.encode()
    return body + struct.pack(">ii", brokers[0][0] if brokers else -1, 0)


def serve_once(reply: bytes) -> int:
    """Answer the next connection with `reply`; return the port."""
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with server, server.accept()[0] as connection:
            connection.recv(1024)
            connection.sendall(reply)

    threading.Thread(target=run, daemon=True).start()
    return int(server.getsockname()[1])


def test_the_request_says_its_own_size() -> None:
    request = encode_request()
    assert struct.unpack(">i", request[:4])[0] == len(request) - 4


@given(brokers_of_a_cluster)
def test_every_broker_of_the_answer_is_listed(brokers: list[Broker]) -> None:
    assert decode_broker_ids(answer(brokers)) == [broker[0] for broker in brokers]


@given(st.binary(max_size=7))
def test_an_answer_cut_short_is_an_error(body: bytes) -> None:
    with pytest.raises(struct.error):
        decode_broker_ids(body)


def test_a_broker_that_answers_tells_who_is_there() -> None:
    body = answer([(1, "127.0.0.1", 9092, None), (2, "127.0.0.1", 9093, "rack")])
    port = serve_once(struct.pack(">i", len(body)) + body)
    assert brokers_listed("127.0.0.1", port) == [1, 2]


@pytest.mark.parametrize(
    "reply", [b"", b"\x00\x00", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\x00\x00\x08\x00"]
)
def test_something_else_on_the_port_counts_as_no_answer(reply: bytes) -> None:
    assert brokers_listed("127.0.0.1", serve_once(reply)) == []


def test_nobody_on_the_port_counts_as_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert brokers_listed("127.0.0.1", port) == []
