"""Dutyline's topics as they should be: partitions, replication, and how long each keeps what.

Notes, and what quotes them, are about people in crisis, so each topic keeps its records for
as long as someone needs them and no longer:

- Notes and EIDO documents, 7 days: a worker that was down over a long weekend still finds
  everything, and a week can be judged again after a rule was mended.  The CAD system keeps
  the record of the call; Kafka is not its archive.
- Rejected events, 30 days: somebody has to look at them, mend the feed and send them again,
  and apart from the CAD system this is the only copy.
- Suggestions, and those of a challenger beside them, 90 days: final dispositions come in weeks
  later and are compared with them.
- Outcomes, 365 days: what models are trained and measured on, through all of a year's seasons.
- Released models and open incidents, the newest record of each key: both are a present state.
  A deleted incident is gone from disk about two days later.

Times are the broker's, since a feeder with a wrong clock must not make Kafka drop notes early.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dutyline.settings import Settings

_MIB: Final = 1024 * 1024
_DAY_MS: Final = 24 * 3600 * 1000

NOTE_BYTES_MAX: Final = 2 * _MIB
"""The largest note record: the longest text that the contract allows fits several times."""

RECORD_BYTES_MAX: Final = 3 * _MIB
"""The largest of the other records: a note's bytes with headers or findings around them."""


@dataclass(frozen=True, slots=True)
class TopicNames:
    """What the topics are called; the defaults are the contract's."""

    notes: str = "cad.notes"
    eido: str = "cad.eido"
    rejected: str = "cad.notes.rejected"
    suggestions: str = "routing.suggestions"
    shadow: str = "routing.suggestions.shadow"
    outcomes: str = "routing.outcomes"
    models: str = "models.released"
    incidents: str = "dutyline.incidents"


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it should be.

    Attributes:
        name: its name.
        partitions: how many.
        replication: copies of each partition.
        configs: Kafka's own topic settings, as text.
        aligned_with: a topic whose number of partitions it must share, whatever that is.
    """

    name: str
    partitions: int
    replication: int
    configs: Mapping[str, str]
    aligned_with: str | None = None


def topic_names(settings: Settings) -> TopicNames:
    """Give the topic names that settings ask for."""
    return TopicNames(
        notes=settings.topic_notes,
        eido=settings.topic_eido,
        rejected=settings.topic_rejected,
        suggestions=settings.topic_suggestions,
        shadow=settings.topic_shadow,
        outcomes=settings.topic_outcomes,
        models=settings.topic_models,
        incidents=settings.topic_incidents,
    )


def planned_topics(
    names: TopicNames | None = None, *, partitions: int, replication: int
) -> tuple[TopicSpec, ...]:
    """Describe every topic that Dutyline uses.

    Args:
        names: what they are called.
        partitions: of the topics that carry incidents.
        replication: copies of each partition; with 3, a write needs 2 of them.
    """
    names = names or TopicNames()
    durable = {"min.insync.replicas": str(max(1, replication - 1))}

    def kept_for(name: str, days: int, largest: int = RECORD_BYTES_MAX) -> TopicSpec:
        configs = {
            "cleanup.policy": "delete",
            "retention.ms": str(days * _DAY_MS),
            "max.message.bytes": str(largest),
            "message.timestamp.type": "LogAppendTime",
        }
        return TopicSpec(name, partitions, replication, durable | configs)

    compacted = {
        "cleanup.policy": "compact",
        "max.message.bytes": str(RECORD_BYTES_MAX),
        "message.timestamp.type": "LogAppendTime",
    }
    # Small segments and a bounded lag, since a worker reads all of a partition when it takes it over.
    state = {"max.compaction.lag.ms": str(_DAY_MS), "segment.bytes": str(64 * _MIB)}
    return (
        kept_for(names.notes, 7, NOTE_BYTES_MAX),
        kept_for(names.eido, 7),
        kept_for(names.rejected, 30),
        kept_for(names.suggestions, 90),
        kept_for(names.shadow, 90),
        kept_for(names.outcomes, 365),
        TopicSpec(names.models, 1, replication, durable | compacted),
        TopicSpec(
            names.incidents, partitions, replication, durable | compacted | state, aligned_with=names.notes
        ),
    )
