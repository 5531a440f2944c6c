"""The results as Markdown tables."""

from collections.abc import Mapping, Sequence
from statistics import median

DRILL_COLUMNS = {
    "contender": "state kept in",
    "fault": "what happened",
    "times": "times",
    "notes": "notes",
    "incidents": "incidents",
    "wrong_at_the_end": "incidents wrong at the end",
    "lost_updates": "notes lost from state",
    "counted_twice": "notes counted twice",
    "never_answered": "notes never answered",
    "stale_last": "incidents whose last record is stale",
    "wrong_revisions": "wrong suggestions",
    "repeated": "repeats, alike",
    "stuck": "stuck",
    "died": "died by itself",
}


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out a Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def drills(rows: Sequence[Mapping[str, object]]) -> str:
    """Lay out what the drills found; a column that a row lacks stays empty."""
    shown = [name for name in DRILL_COLUMNS if any(name in row for row in rows)]
    return table(
        [DRILL_COLUMNS[name] for name in shown], [[row.get(name, "") for name in shown] for row in rows]
    )


def rates(measured: Mapping[str, Sequence[float]], against: str) -> str:
    """Lay out throughput as medians and as ratios to the contender `against`."""
    base = median(measured[against])
    rows = [
        [name, f"{median(values):.0f}", f"{median(values) / base:.2f}", ", ".join(f"{v:.0f}" for v in values)]
        for name, values in measured.items()
    ]
    return table(["state kept in", "notes a second, median", f"ratio to {against}", "each"], rows)


def starts(empty: Mapping[str, Sequence[float]], full: Mapping[str, Sequence[float]], against: str) -> str:
    """Lay out the time from start until new notes are answered, without and with state."""
    base = median(full[against])
    rows = [
        [name, f"{median(empty[name]):.1f}", f"{median(full[name]):.1f}", f"{median(full[name]) / base:.2f}"]
        for name in full
    ]
    return table(["state kept in", "s, no state", "s, with state", f"ratio to {against}, with state"], rows)


def sizes(measured: Mapping[str, Mapping[int, float]], lengths: Sequence[int]) -> str:
    """Lay out bytes written for each note by the length of its incident."""
    rows = [
        [name, *(f"{by_length[length]:.0f}" for length in lengths)] for name, by_length in measured.items()
    ]
    return table(["state kept in", *(f"incidents of {length}" for length in lengths)], rows)
