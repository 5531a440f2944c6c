"""What the planned topics promise, whatever they are called."""

import pytest

from dutyline.notes.reading import EVENT_BYTES_MAX
from streams.clients import REQUEST_BYTES_MAX
from streams.topics_plan import TopicNames, TopicSpec, planned_topics

DAY = 24 * 3600 * 1000


def _by_name(partitions: int = 8, replication: int = 1) -> dict[str, TopicSpec]:
    return {spec.name: spec for spec in planned_topics(partitions=partitions, replication=replication)}


def test_the_contracts_topics_and_the_state_topic_are_planned() -> None:
    assert set(_by_name()) == {
        "cad.notes",
        "cad.eido",
        "cad.notes.rejected",
        "routing.suggestions",
        "routing.suggestions.shadow",
        "routing.outcomes",
        "models.released",
        "dutyline.incidents",
    }


def test_names_are_the_callers() -> None:
    names = TopicNames(notes="x.notes", incidents="x.state")
    planned = {spec.name: spec for spec in planned_topics(names, partitions=2, replication=1)}
    assert planned["x.state"].aligned_with == "x.notes"


def test_the_state_topic_is_compacted_and_as_wide_as_the_notes() -> None:
    planned = _by_name(partitions=5)
    assert planned["dutyline.incidents"].configs["cleanup.policy"] == "compact"
    assert planned["dutyline.incidents"].partitions == planned["cad.notes"].partitions == 5


def test_released_models_are_in_one_order_and_never_expire() -> None:
    models = _by_name()["models.released"]
    assert (models.partitions, models.configs["cleanup.policy"]) == (1, "compact")


def test_a_rejected_event_of_the_largest_size_fits_with_its_headers() -> None:
    planned = _by_name()
    assert int(planned["cad.notes"].configs["max.message.bytes"]) >= EVENT_BYTES_MAX
    assert int(planned["cad.notes.rejected"].configs["max.message.bytes"]) == REQUEST_BYTES_MAX
    assert int(planned["cad.notes"].configs["max.message.bytes"]) < REQUEST_BYTES_MAX


def test_rejected_events_stay_longer_than_the_notes_they_stand_for() -> None:
    planned = _by_name()
    kept = {name: int(spec.configs.get("retention.ms", "0")) // DAY for name, spec in planned.items()}
    assert kept["cad.notes"] == 7
    assert kept["cad.notes.rejected"] > kept["cad.notes"]


def test_a_challengers_suggestions_stay_as_long_as_those_they_are_compared_with() -> None:
    planned = _by_name()
    kept = {name: planned[name].configs["retention.ms"] for name in planned if "suggestions" in name}
    assert len(kept) == 2
    assert len(set(kept.values())) == 1


@pytest.mark.parametrize(("replication", "in_sync"), [(1, "1"), (2, "1"), (3, "2")])
def test_a_write_survives_the_loss_of_a_broker_where_there_are_three(replication: int, in_sync: str) -> None:
    for spec in planned_topics(partitions=1, replication=replication):
        assert spec.configs["min.insync.replicas"] == in_sync


def test_a_feeders_wrong_clock_does_not_decide_how_long_notes_stay() -> None:
    for spec in planned_topics(partitions=1, replication=1):
        assert spec.configs["message.timestamp.type"] == "LogAppendTime"
