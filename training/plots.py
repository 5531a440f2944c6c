"""The plots of a report, one small figure for each output."""

import textwrap
from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from dutyline.vocabulary import OUTPUTS
from models.manifest import Limits, Metrics
from training.curves import Bin, Curve, bins, decided, point, precision_recall, telling
from training.evaluation import Measured
from training.figures import Flags, Probabilities
from training.svg import COLOURS, drawn
from training.targets import PRECISION, RECALL

ANSWERS: Final = ("yes", "unsure", "no")

Sets = Mapping[str, Measured]
"""`crossed`, and `aside` where incidents are kept aside."""

NAMES: Final = {"crossed": "cross-validated", "aside": "kept aside"}

_LINES: Final = {"crossed": "-", "aside": (0, (4, 2))}
_MARKS: Final = {"crossed": "o", "aside": "s"}
_SMALL: Final = (2.9, 2.35)
_STEPS: Final = 250
"""A curve is drawn at so many recalls, which is finer than can be seen."""

_LEAST_LABELLED: Final = 0.09
"""A narrower part of a bar has no room for its share."""


def precision_recall_plot(output: str, limits: Limits, sets: Sets) -> str:
    """Precision over recall, with the thresholds of usual notes marked."""
    parts = []
    for role, measured in sets.items():
        found, given = measured.outputs[output], _of(measured, output)
        parts.append(f"{NAMES[role]}: average precision {found.average_precision:.3f}")
        for name, threshold in (("hi", limits.hi), ("lo", limits.lo)):
            if at := point(*given, threshold):
                parts.append(f"from {name} on, precision {at.precision:.2f} and recall {at.recall:.2f}")
    title = f"{output}: precision over recall"
    return drawn(f"pr-{output}", title, "; ".join(parts), partial(_precision_recall, output, limits, sets))


def reliability_plot(output: str, limits: Limits, sets: Sets) -> str:
    """How many are true where they are said to be so likely, and how many incidents that is."""
    parts = [
        f"{NAMES[role]}: calibration error {measured.outputs[output].calibration_error:.3f}; "
        + ", ".join(f"said {each.said:.2f}, seen {each.seen:.2f}" for each in bins(*_of(measured, output)))
        for role, measured in sets.items()
    ]
    title = f"{output}: seen share of true ones over said probability"
    return drawn(f"cal-{output}", title, "; ".join(parts), partial(_reliability, output, limits, sets))


def verdict_plot(role: str, measured: Measured) -> str:
    """The shares of verdicts among true and false incidents, for every output."""
    parts = []
    for output in OUTPUTS:
        for truth, (count, shares) in verdict_shares(measured, output).items():
            said = ", ".join(f"{answer} {share:.0%}" for answer, share in zip(ANSWERS, shares, strict=True))
            parts.append(f"{output}, {count} {truth}: {said}")
    return drawn(
        f"verdicts-{role}",
        f"Verdicts by truth, {NAMES[role]}",
        "; ".join(parts),
        partial(_verdicts, measured),
    )


def slice_plot(output: str, sets: Sets) -> str:
    """Average precision in every slice, with the numbers of true ones."""
    parts = []
    for role, measured in sets.items():
        for name, (_, found) in measured.slices.items():
            if telling(found[output]):
                parts.append(f"{name}, {NAMES[role]}: {found[output].average_precision:.2f}")
    title = f"{output}: average precision by slice"
    return drawn(f"slices-{output}", title, "; ".join(parts), partial(_slices, output, sets))


def verdict_shares(measured: Measured, output: str) -> dict[str, tuple[int, list[float]]]:
    """How many incidents are true and false, and of these the shares of `ANSWERS`."""
    at = OUTPUTS.index(output)
    found = {}
    for name, truth in (("true", 1), ("false", 0)):
        verdicts = measured.verdicts[measured.truth[:, at] == truth, at]
        shares = [float(np.mean(verdicts == answer)) if len(verdicts) else 0.0 for answer in ANSWERS]
        found[name] = (len(verdicts), shares)
    return found


def _of(measured: Measured, output: str) -> tuple[Probabilities, Flags]:
    at = OUTPUTS.index(output)
    return decided(measured.probabilities[:, at], measured.truth[:, at])


def _precision_recall(output: str, limits: Limits, sets: Sets) -> Figure:
    figure = Figure(figsize=_SMALL, layout="constrained")
    axes = figure.subplots()
    if output == "mental_health":
        axes.axhline(PRECISION, color=COLOURS["muted"], linewidth=1, linestyle=":")
        axes.axvline(RECALL, color=COLOURS["muted"], linewidth=1, linestyle=":")
    for role, measured in sets.items():
        given = _of(measured, output)
        curve = _thinned(precision_recall(*given))
        axes.plot(curve.recall, curve.precision, color=COLOURS[role], linestyle=_LINES[role], linewidth=1.3)
        for threshold, mark, inside in ((limits.hi, "^", COLOURS[role]), (limits.lo, "v", COLOURS["paper"])):
            if at := point(*given, threshold):
                axes.plot(
                    at.recall,
                    at.precision,
                    marker=mark,
                    markersize=6.5,
                    color=COLOURS[role],
                    markerfacecolor=inside,
                    markeredgewidth=1.2,
                    clip_on=False,
                    zorder=3,
                )
    _unit_square(axes, "recall", "precision")
    return figure


def _thinned(curve: Curve) -> Curve:
    """Of thresholds with all but the same recall, the most precise one."""
    steps = np.round(curve.recall * _STEPS).astype(int)
    order = np.lexsort((-curve.precision, -steps))
    first = np.unique(-steps[order], return_index=True)[1]
    kept = order[first]
    return Curve(curve.precision[kept], curve.recall[kept])


def _reliability(output: str, limits: Limits, sets: Sets) -> Figure:
    figure = Figure(figsize=_SMALL, layout="constrained")
    axes, counts = figure.subplots(2, 1, sharex=True, height_ratios=(5, 1))
    axes.plot([0, 1], [0, 1], color=COLOURS["muted"], linewidth=1, linestyle=":")
    for name, threshold in (("lo", limits.lo), ("hi", limits.hi)):
        if threshold <= 1:
            axes.axvline(threshold, color=COLOURS["muted"], linewidth=0.8)
            axes.annotate(
                name, (threshold, 1.03), ha="center", va="bottom", fontsize=8, annotation_clip=False
            )
    for role, measured in sets.items():
        _reliability_points(axes, role, bins(*_of(measured, output)))
    probabilities, _ = _of(sets["crossed"], output)
    counts.hist(probabilities, bins=np.linspace(0, 1, 21), color=COLOURS["crossed"])
    counts.set_yticks([])
    counts.spines["left"].set_visible(False)
    _unit_square(axes, "", "share true")
    counts.set_xlabel("said probability")
    counts.set_xlim(-0.01, 1.01)
    return figure


def _reliability_points(axes: Axes, role: str, found: list[Bin]) -> None:
    said, seen = [each.said for each in found], [each.seen for each in found]
    if role == "crossed":
        below = [each.seen - each.low for each in found]
        above = [each.high - each.seen for each in found]
        axes.errorbar(said, seen, yerr=(below, above), fmt="none", ecolor=COLOURS[role], elinewidth=0.9)
    axes.plot(
        said,
        seen,
        marker=_MARKS[role],
        markersize=4.5,
        linestyle="none",
        color=COLOURS[role],
        markerfacecolor=COLOURS[role] if role == "crossed" else COLOURS["paper"],
        clip_on=False,
    )


def _unit_square(axes: Axes, across: str, up: str) -> None:
    ticks = (0, 0.25, 0.5, 0.75, 1)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel=across, ylabel=up, xticks=ticks, yticks=ticks)
    axes.set_xticks(ticks, ["0", ".25", ".5", ".75", "1"])
    axes.set_yticks(ticks, ["0", ".25", ".5", ".75", "1"])


def _verdicts(measured: Measured) -> Figure:
    figure = Figure(figsize=(4.9, 5.6), layout="constrained")
    axes = figure.subplots()
    places, labels = [], []
    for number, output in enumerate(OUTPUTS):
        for row, (truth, (count, shares)) in enumerate(verdict_shares(measured, output).items()):
            place = number * 2.5 + row
            places.append(place)
            labels.append(f"{output}, {count} {truth}" if row == 0 else f"{count} {truth}")
            _bar(axes, place, shares)
    axes.set_yticks(places, labels)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def _bar(axes: Axes, place: float, shares: list[float]) -> None:
    begun = 0.0
    for answer, share in zip(ANSWERS, shares, strict=True):
        axes.barh(
            place,
            share,
            left=begun,
            height=0.86,
            color=COLOURS[answer],
            edgecolor=COLOURS["paper"],
            linewidth=0.8,
        )
        if share >= _LEAST_LABELLED:
            axes.text(begun + share / 2, place, f"{share:.0%}", ha="center", va="center", fontsize=8)
        begun += share


def _slices(output: str, sets: Sets) -> Figure:
    names = list(dict.fromkeys(name for measured in sets.values() for name in measured.slices))
    figure = Figure(figsize=(4.1, 0.5 + 0.25 * (len(names) + 1)), layout="constrained")
    axes = figure.subplots()
    labels = [textwrap.fill(name, 19) for name in names]
    rows = ["all incidents", *labels]
    for role, measured in sets.items():
        whole = measured.outputs[output].average_precision
        axes.axvline(whole, color=COLOURS[role], linestyle=_LINES[role], linewidth=0.8)
        found = {"all incidents": measured.outputs} | {
            key: each for key, (_, each) in measured.slices.items()
        }
        for row, name in enumerate(("all incidents", *names)):
            if name in found and telling(found[name][output]):
                axes.plot(
                    found[name][output].average_precision,
                    row,
                    marker=_MARKS[role],
                    markersize=5,
                    color=COLOURS[role],
                    markerfacecolor=COLOURS[role] if role == "crossed" else COLOURS["paper"],
                    clip_on=False,
                )
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, 1.04)
    axes.set_xticks((0, 0.25, 0.5, 0.75, 1), ["0", ".25", ".5", ".75", "1"])
    axes.grid(axis="y", color=COLOURS["rule"], linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("average precision")
    beside = axes.twinx()
    beside.set_ylim(axes.get_ylim())
    beside.set_yticks(range(len(rows)), _counts(output, ("all incidents", *names), sets["crossed"]))
    beside.tick_params(axis="y", length=0, pad=6)
    return figure


def _counts(output: str, names: tuple[str, ...], measured: Measured) -> list[str]:
    """The true ones of all that are decided, for each slice."""
    found: dict[str, dict[str, Metrics]] = {
        "all incidents": measured.outputs,
        **{name: each for name, (_, each) in measured.slices.items()},
    }
    return [
        f"{found[name][output].positives} of {found[name][output].incidents}" if name in found else ""
        for name in names
    ]
