"""A whole cluster in one directory: started, found running, restarted with its data, stopped."""

from __future__ import annotations

import fcntl
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from local_kafka import LocalKafkaError
from local_kafka.jars import fetch_jars, find_java
from local_kafka.metadata import brokers_listed
from local_kafka.plan import HOST, Node, Plan, dump_plan, is_free, load_plan, new_plan, render_properties
from local_kafka.processes import NodeFiles, format_storage, running_pid, start_node, stop_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_START_SECONDS = 120.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.1
_LAST_LINES = 3


class Cluster:
    """Kafka in `directory`: one folder a node, and the plan that a restart goes by."""

    def __init__(self, directory: Path, jars: Path) -> None:
        """Take the data directory, and the one that the jars are (or will be) in."""
        self._directory = directory.resolve()
        self._jars = jars.resolve()
        self._plan_file = self._directory / "cluster.json"

    def start(self, *, nodes: int, port: int | None) -> str:
        """Start what does not run yet and wait until the cluster answers; return its addresses.

        A directory that holds a cluster keeps its ports, data and number of nodes.

        Raises:
            LocalKafkaError: it cannot be started, or did not answer in time.
        """
        with self._locked():
            java, jars = find_java(), fetch_jars(self._jars)
            plan = self._saved_plan()
            if plan is None:
                plan = self._prepare(java, jars, nodes, port)
            else:
                self._refuse_other_shape(plan, nodes, port)
            self._bring_up(java, jars, plan)
            return plan.addresses

    def stop(self, *, keep_data: bool) -> str:
        """Stop the cluster, remove its data unless told to keep it, and say what was done.

        Raises:
            LocalKafkaError: the saved plan cannot be read.
        """
        with self._locked():
            plan = self._saved_plan()
            if plan is None:
                return f"no Kafka runs in {self._directory}"
            nodes = [self._files(node) for node in plan.nodes]
            ran = sum(running_pid(files) is not None for files in nodes)
            killed = stop_nodes(nodes, _STOP_SECONDS)
            if not keep_data:
                self._remove(plan)
        how = f"; {len(killed)} had to be killed" if killed else ""
        data = "its data is kept" if keep_data else "its data is removed"
        return f"Kafka at {plan.addresses} is stopped ({ran} of {len(nodes)} nodes were running{how}); {data}"

    def running(self) -> dict[int, int]:
        """Return the process id of every node that runs, by node id."""
        plan = self._saved_plan()
        pids = {node.node_id: running_pid(self._files(node)) for node in plan.nodes} if plan else {}
        return {node_id: pid for node_id, pid in pids.items() if pid is not None}

    def _files(self, node: Node) -> NodeFiles:
        return NodeFiles(self._directory / f"node-{node.node_id}")

    def _saved_plan(self) -> Plan | None:
        if not self._plan_file.is_file():
            return None
        return load_plan(self._plan_file.read_text(encoding="utf-8"))

    def _refuse_other_shape(self, plan: Plan, nodes: int, port: int | None) -> None:
        if len(plan.nodes) != nodes or port not in {None, plan.nodes[0].broker_port}:
            message = (
                f"{self._directory} holds a cluster of {len(plan.nodes)} at {plan.addresses}; "
                "stop that first, or choose another --dir"
            )
            raise LocalKafkaError(message)

    def _prepare(self, java: str, jars: Path, nodes: int, port: int | None) -> Plan:
        plan = new_plan(nodes, port)
        for node in plan.nodes:
            files = self._files(node)
            shutil.rmtree(files.root, ignore_errors=True)
            files.root.mkdir(parents=True)
            files.properties.write_text(render_properties(plan, node, files.data), encoding="utf-8")
            format_storage(java, jars, files, plan.cluster_id)
        self._plan_file.write_text(dump_plan(plan), encoding="utf-8")
        return plan

    def _bring_up(self, java: str, jars: Path, plan: Plan) -> None:
        """Start what does not run and wait until all answer; on failure stop what was started.

        A node that was running may end meanwhile, as one does that has just been killed: it is
        started like the others.
        """
        started: list[Node] = []
        deadline = time.monotonic() + _START_SECONDS
        try:
            self._start_missing(java, jars, plan, started)
            while not _all_answer(plan):
                if time.monotonic() > deadline:
                    self._give_up(plan.nodes[0], f"did not answer in {_START_SECONDS:.0f} s")
                time.sleep(_POLL_SECONDS)
                self._start_missing(java, jars, plan, started)
        except BaseException:
            stop_nodes([self._files(node) for node in started], _STOP_SECONDS)
            raise

    def _start_missing(self, java: str, jars: Path, plan: Plan, started: list[Node]) -> None:
        """Start the nodes that do not run, adding them to `started`; none is started twice."""
        for node in plan.nodes:
            if running_pid(self._files(node)) is None:
                if node in started:
                    self._give_up(node, "ended while starting")
                _refuse_taken_ports(node)
                start_node(java, jars, self._files(node))
                started.append(node)

    def _give_up(self, node: Node, what: str) -> NoReturn:
        """Raise what went wrong with a node, with the last that its process printed and its logs."""
        files = self._files(node)
        printed = (
            files.console.read_text(encoding="utf-8", errors="replace") if files.console.is_file() else ""
        )
        last = " / ".join([line.strip() for line in printed.splitlines() if line.strip()][-_LAST_LINES:])
        said = f" (it said: {last})" if last else ""
        message = (
            f"Kafka's node {node.node_id} at {node.address} {what}; see {files.log} and {files.console}{said}"
        )
        raise LocalKafkaError(message)

    def _remove(self, plan: Plan) -> None:
        """Remove what was made here and nothing else: the directory may be someone's own."""
        for node in plan.nodes:
            shutil.rmtree(self._files(node).root, ignore_errors=True)
        self._plan_file.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one start or stop at a time work in the directory; a second waits for the first."""
        self._directory.mkdir(parents=True, exist_ok=True)
        with (self._directory / "lock").open("w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _all_answer(plan: Plan) -> bool:
    """Tell whether every broker answers and knows of every other."""
    everyone = {node.node_id for node in plan.nodes}
    return all(set(brokers_listed(HOST, node.broker_port)) == everyone for node in plan.nodes)


def _refuse_taken_ports(node: Node) -> None:
    for port in (node.broker_port, node.controller_port):
        if not is_free(port):
            message = f"port {port}, node {node.node_id}'s, is another program's; end that, or stop Kafka"
            raise LocalKafkaError(message)
