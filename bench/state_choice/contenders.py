"""The ways of keeping state that are compared, and the names of what they use on the broker."""

from dataclasses import dataclass
from typing import Literal

PARTITIONS = 4

Keeper = Literal["table", "log"]


@dataclass(frozen=True, slots=True)
class Contender:
    """One way of keeping the notes of the open incidents."""

    name: str
    title: str
    keeper: Keeper
    batched: bool = True
    store: str = "memory://"
    rolled_back: bool = True
    """A redelivered note finds the state as it was before it; without this it is applied twice."""
    by_key: bool = True
    """A table's changelog partition comes from the key, not from Faust's idea of the current event."""
    whole: bool = False
    """Our own changelog gets all notes of the incident with each note, not only the new one."""
    send: Literal["topic", "driver"] = "driver"
    """Through Faust's topic and its bookkeeping, or straight through Faust's aiokafka producer."""


CONTENDERS = {
    contender.name: contender
    for contender in (
        Contender(
            "table-event",
            "Faust table, note by note, as documented",
            "table",
            batched=False,
            rolled_back=False,
            by_key=False,
        ),
        Contender("table-batch", "Faust table, in batches, as is", "table", rolled_back=False, by_key=False),
        Contender("table-guarded", "Faust table, batches, partition by key, our own rollback", "table"),
        Contender(
            "table-rocksdb",
            "Faust table in RocksDB, note by note since it cannot be written in batches, our own rollback",
            "table",
            batched=False,
            store="rocksdb://",
        ),
        Contender("log", "own changelog, a record per note", "log"),
        Contender("log-event", "the same, note by note", "log", batched=False),
        Contender("log-topic-send", "the same, sent with `topic.send`", "log", send="topic"),
        Contender("log-whole", "own changelog, all notes with each note", "log", whole=True),
    )
}


@dataclass(frozen=True, slots=True)
class Names:
    """What one run of one contender uses on the broker; a run shares nothing with another."""

    run: str

    @property
    def notes(self) -> str:
        """The topic of notes."""
        return f"{self.run}.notes"

    @property
    def suggestions(self) -> str:
        """The topic of suggestions."""
        return f"{self.run}.suggestions"

    @property
    def changelog(self) -> str:
        """The topic of the state; the name that Faust gives to its own."""
        return f"{self.run}-incidents-changelog"
