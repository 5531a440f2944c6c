"""Ask a broker who is in its cluster: one Metadata request, as Kafka's protocol guide describes it.

A port that accepts connections is not yet a broker that serves: the cluster is ready once a
broker answers and lists every node.
"""

from __future__ import annotations

import socket
import struct

_METADATA_KEY = 3
_METADATA_VERSION = 1
_CORRELATION_ID = 1
_CLIENT_ID = b"dutyline-local-kafka"
_TIMEOUT_SECONDS = 5.0
_MAX_ANSWER_BYTES = 1024 * 1024


def brokers_listed(host: str, port: int) -> list[int]:
    """Return the ids of the brokers that the one at host:port knows to be alive; [] if none answers."""
    try:
        with socket.create_connection((host, port), timeout=_TIMEOUT_SECONDS) as connection:
            connection.sendall(encode_request())
            (size,) = struct.unpack(">i", _read(connection, 4))
            if not 0 < size <= _MAX_ANSWER_BYTES:
                return []
            return decode_broker_ids(_read(connection, size))
    except (OSError, struct.error, EOFError):
        return []


def encode_request() -> bytes:
    """Encode a Metadata request, version 1, for no topic, with its size in front."""
    header = (
        struct.pack(">hhih", _METADATA_KEY, _METADATA_VERSION, _CORRELATION_ID, len(_CLIENT_ID)) + _CLIENT_ID
    )
    no_topics = struct.pack(">i", 0)
    return struct.pack(">i", len(header + no_topics)) + header + no_topics


def decode_broker_ids(answer: bytes) -> list[int]:
    """Read the broker ids from the body of the answer (after its size).

    Raises:
        struct.error: the answer is shorter than it says.
    """
    _correlation_id, count = struct.unpack_from(">ii", answer, 0)
    at = 8
    ids: list[int] = []
    for _ in range(count):
        broker_id, host_size = struct.unpack_from(">ih", answer, at)
        ids.append(broker_id)
        at += 6 + host_size + 4  # the host's name, then the port
        (rack_size,) = struct.unpack_from(">h", answer, at)
        at += 2 + max(rack_size, 0)  # -1 stands for no rack
    return ids


def _read(connection: socket.socket, size: int) -> bytes:
    """Read exactly `size` bytes."""
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(size - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
