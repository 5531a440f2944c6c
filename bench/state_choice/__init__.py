"""Which way of keeping incident state loses nothing: Faust tables, or a changelog of our own.

Run it with `python -m bench.state_choice --bootstrap HOST:PORT` against real Apache Kafka;
`docs/decisions/state.md` tells what was decided by it.
"""
