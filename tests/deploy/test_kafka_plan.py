"""What is to run: ports, plan and properties."""

import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_kafka import LocalKafkaError
from local_kafka.plan import (
    Node,
    Plan,
    dump_plan,
    free_ports,
    is_free,
    load_plan,
    new_plan,
    render_properties,
)

ports = st.integers(1, 65535)
plans = st.builds(
    Plan,
    cluster_id=st.text(min_size=1),
    nodes=st.lists(st.builds(Node, st.integers(1, 9), ports, ports), min_size=1, max_size=5).map(tuple),
)


def properties(plan: Plan, index: int = 0, data: Path = Path("/data")) -> dict[str, str]:
    text = render_properties(plan, plan.nodes[index], data)
    return dict(line.split("=", 1) for line in text.splitlines())


def test_chosen_ports_differ_and_can_be_listened_on() -> None:
    chosen = free_ports(6)
    assert len(set(chosen)) == 6
    assert all(is_free(port) for port in chosen)


def test_chosen_ports_are_none_that_an_outgoing_connection_could_take() -> None:
    assert max(free_ports(20)) < 32768


def test_a_port_that_something_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(LocalKafkaError, match=f"port {port}"):
            new_plan(1, port)


def test_a_wanted_port_is_the_first_brokers_and_no_one_elses() -> None:
    (wanted,) = free_ports(1)
    plan = new_plan(3, wanted)
    everything = [port for node in plan.nodes for port in (node.broker_port, node.controller_port)]
    assert plan.nodes[0].broker_port == wanted
    assert len(set(everything)) == 6
    assert plan.addresses.startswith(f"127.0.0.1:{wanted},127.0.0.1:")


@given(plans)
def test_a_plan_is_read_back_as_it_was_written(plan: Plan) -> None:
    assert load_plan(dump_plan(plan)) == plan


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cluster_id": "x", "nodes": [{"node_id": 1}]}'])
def test_a_damaged_plan_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(LocalKafkaError, match="start afresh"):
        load_plan(text)


def test_clients_are_told_the_address_that_is_printed_and_only_this_machine_is_served() -> None:
    plan = new_plan(1)
    said = properties(plan)
    assert said["advertised.listeners"] == f"BROKER://{plan.addresses}"
    assert all("://127.0.0.1:" in listener for listener in said["listeners"].split(","))


def test_a_single_node_keeps_one_copy_of_its_own_topics() -> None:
    said = properties(new_plan(1))
    assert said["offsets.topic.replication.factor"] == "1"
    assert said["transaction.state.log.replication.factor"] == "1"
    assert said["transaction.state.log.min.isr"] == "1"
    assert said["group.initial.rebalance.delay.ms"] == "0"


def test_three_nodes_keep_three_copies_and_confirm_at_two() -> None:
    plan = new_plan(3)
    said = properties(plan, index=2)
    assert said["node.id"] == "3"
    assert said["offsets.topic.replication.factor"] == "3"
    assert said["min.insync.replicas"] == "2"
    assert said["controller.quorum.voters"].split(",") == [
        f"{node.node_id}@127.0.0.1:{node.controller_port}" for node in plan.nodes
    ]


def test_a_misspelt_topic_is_not_made_and_large_notes_fit() -> None:
    said = properties(new_plan(1))
    assert said["auto.create.topics.enable"] == "false"
    assert said["message.max.bytes"] == str(4 * 1024 * 1024)


def test_a_path_that_kafka_would_read_as_two_is_refused() -> None:
    with pytest.raises(LocalKafkaError, match="comma"):
        properties(new_plan(1), data=Path("/data/a,b"))
