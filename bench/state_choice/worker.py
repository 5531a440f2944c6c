"""One worker of a contender: `python -m bench.state_choice.worker`, started by the measurement."""

import argparse
import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import faust
import mode

from bench.state_choice.changelog import Changelog, PartitionState, record_of_a_note, record_of_all
from bench.state_choice.contenders import CONTENDERS, PARTITIONS, Contender, Names
from bench.state_choice.notes import suggestion

Send = Callable[[str, bytes, bytes, int | None], Awaitable[Awaitable[object]]]

BATCH = 64
WITHIN = 0.05


def build(contender: Contender, names: Names, bootstrap: str, datadir: str) -> faust.App:
    """Make the Faust application of a contender, with the settings that lose least."""
    app = faust.App(
        names.run,
        env_prefix="DUTYLINE_BENCH_",
        broker=f"kafka://{bootstrap}",
        store=contender.store,
        datadir=datadir,
        web_enabled=False,
        topic_disable_leader=True,
        topic_partitions=PARTITIONS,
        topic_replication_factor=1,
        broker_commit_interval=0.5,
        broker_commit_every=100,
        broker_session_timeout=6,
        broker_heartbeat_interval=1.5,
        broker_rebalance_timeout=20,
        producer_request_timeout=15,
        stream_buffer_maxsize=256,
    )
    notes = app.topic(
        names.notes, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw"
    )
    send = through_topics(app) if contender.send == "topic" else through_the_driver(app)
    if contender.keeper == "table":
        keep_in_a_table(app, notes, contender, names=names, send=send)
    else:
        changelog = Changelog(bootstrap, names.changelog)
        keep_in_a_log(app, notes, contender, names=names, send=send, changelog=changelog)
    return app


def through_topics(app: faust.App) -> Send:
    """Send with `topic.send`, which keeps a future message and sensors for each."""
    topics: dict[str, faust.Topic] = {}

    async def send(topic: str, key: bytes, value: bytes, partition: int | None) -> Awaitable[object]:
        if topic not in topics:
            topics[topic] = app.topic(
                topic, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw"
            )
        sent: Awaitable[object] = await topics[topic].send(key=key, value=value, partition=partition)
        return sent

    return send


def through_the_driver(app: faust.App) -> Send:
    """Send straight through Faust's aiokafka producer."""

    async def send(topic: str, key: bytes, value: bytes, partition: int | None) -> Awaitable[object]:
        sent: Awaitable[object] = await app.producer.send(topic, key, value, partition, None, None)
        return sent

    return send


async def batches(stream: faust.Stream, contender: Contender) -> AsyncIterator[list[faust.Event]]:
    """Yield events that nobody has acknowledged, many at once or each alone."""
    if contender.batched:
        async for events in stream.noack_take(BATCH, within=WITHIN):
            yield events
    else:
        async for event in stream.noack().events():
            yield [event]


def keep_in_a_table(
    app: faust.App, notes: faust.Topic, contender: Contender, *, names: Names, send: Send
) -> None:
    """Keep each incident's notes in a Faust table: incident id -> [[source offset, number, text]]."""
    table = app.Table(
        "incidents",
        key_type=bytes,
        value_type=bytes,
        partitions=PARTITIONS,
        use_partitioner=contender.by_key,
    )

    async def handle(event: faust.Event) -> Awaitable[object]:
        note = json.loads(event.value)
        offset = event.message.offset
        stored = table.get(event.key)
        kept = json.loads(stored) if stored else []
        if contender.rolled_back:
            kept = [entry for entry in kept if entry[0] < offset]
        kept.append([offset, note["n"], note["text"]])
        table[event.key] = json.dumps(kept).encode()
        value = suggestion(note["incident_id"], [number for _, number, _ in kept])
        return await send(names.suggestions, event.key, value, None)

    async def agent(stream: faust.Stream) -> None:
        async for events in batches(stream, contender):
            await asyncio.gather(*[await handle(event) for event in events])
            for event in events:
                await stream.ack(event)

    app.agent(notes, supervisor_strategy=mode.CrashingSupervisor)(agent)


def keep_in_a_log(
    app: faust.App,
    notes: faust.Topic,
    contender: Contender,
    *,
    names: Names,
    send: Send,
    changelog: Changelog,
) -> None:
    """Keep each partition's incidents in memory, and each note in a changelog of our own."""
    partitions: dict[int, PartitionState] = {}

    async def leave(_app: faust.App, **_: object) -> None:
        await changelog.close()

    app.on_before_shutdown.connect(leave, weak=False)

    async def agent(stream: faust.Stream) -> None:
        async for events in batches(stream, contender):
            sent: list[Awaitable[object]] = []
            for event in events:
                message = event.message
                state = partitions.get(message.partition)
                if state is None or not state.continues_at(message.offset, message.generation_id):
                    await asyncio.gather(*sent)
                    sent.clear()
                    state = await changelog.state_before(
                        message.partition, message.offset, message.generation_id
                    )
                    partitions[message.partition] = state
                note = json.loads(event.value)
                incident = note["incident_id"]
                kept = state.incidents.setdefault(incident, {})
                kept[message.offset] = note["n"]
                state.expected, state.generation = message.offset + 1, message.generation_id
                if contender.whole:
                    key, value = record_of_all(incident, kept, note["text"])
                else:
                    key, value = record_of_a_note(incident, message.offset, len(kept), note)
                sent.append(await send(names.changelog, key, value, message.partition))
                out = suggestion(incident, list(kept.values()))
                sent.append(await send(names.suggestions, event.key, out, None))
            await asyncio.gather(*sent)
            for event in events:
                await stream.ack(event)

    app.agent(notes, supervisor_strategy=mode.CrashingSupervisor)(agent)


def main() -> None:
    """Run a worker until a signal ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contender", required=True, choices=CONTENDERS)
    parser.add_argument("--run", required=True)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--datadir", required=True)
    given = parser.parse_args()
    app = build(CONTENDERS[given.contender], Names(given.run), given.bootstrap, given.datadir)
    faust.Worker(app, loglevel=logging.INFO).execute_from_commandline()


if __name__ == "__main__":
    main()
