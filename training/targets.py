"""What the classifier is meant to reach, and how near it comes on incidents that it never saw."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from dutyline.vocabulary import OUTPUTS
from models.manifest import Together
from models.rounding import PLACES
from training.curves import decided, precision_recall, recall_at, share_interval
from training.evaluation import Measured

PRECISION: Final = 0.90
"""What recall of mental_health is read off the curve at."""

RECALL: Final = 0.95
CRIME_F1: Final = 0.93
POLICE_LEFT_OUT: Final = 1 / 500
DIVERTED: Final = 0.60
CALIBRATION_ERROR: Final = 0.03


class Found(NamedTuple):
    """A target's figure, and what it is made of in one sentence; `None` where nothing can be measured."""

    value: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that is to be reached: at least, or at most, a bound."""

    name: str
    wanted: str
    bound: float
    at_least: bool
    measure: Callable[[Measured], Found]
    places: int = 3
    """After the point, when the figure is shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How near some incidents come to a target."""

    value: float | None
    detail: str
    reached: bool | None
    """`None` where nothing can be measured."""
    gap: float | None
    """How far the figure is beyond the bound, or short of it; never negative."""


def reading(target: Target, measured: Measured) -> Reading:
    """Hold the figure of some incidents against a target."""
    value, detail = target.measure(measured)
    if value is None:
        return Reading(None, detail, None, None)
    beyond = value - target.bound if target.at_least else target.bound - value
    return Reading(round(value, PLACES), detail, beyond >= 0, round(abs(beyond), PLACES))


def shown(target: Target, found: Reading) -> str:
    """The figure, with as many places as it needs."""
    return "-" if found.value is None else f"{found.value:.{target.places}f}"


def verdict(target: Target, found: Reading) -> str:
    """In words, whether a target is reached, and by how much."""
    if found.reached is None or found.gap is None:
        return "not measured"
    smallest = 10**-target.places
    by = f"{found.gap:.{target.places}f}" if found.gap >= smallest / 2 else f"<{smallest:.{target.places}f}"
    return f"reached, by {by}" if found.reached else f"not reached, by {by}"


def _mental_health(measured: Measured) -> Found:
    at = OUTPUTS.index("mental_health")
    probabilities, true = decided(measured.probabilities[:, at], measured.truth[:, at])
    own = measured.outputs["mental_health"]
    detail = f"at the release's threshold: recall {own.recall:.3f}, precision {own.precision:.3f}"
    if not true.any():
        return Found(None, "no incident is of mental health")
    return Found(recall_at(precision_recall(probabilities, true), PRECISION), detail)


def _no_crime(measured: Measured) -> Found:
    own = measured.outputs["no_crime"]
    if not own.positives:
        return Found(None, "no incident is without a crime")
    return Found(own.f1, f"precision {own.precision:.3f}, recall {own.recall:.3f}")


def _police(measured: Measured) -> Found:
    counts = measured.together
    if not counts.police_true:
        return Found(None, "no incident needs police")
    low, high = share_interval(counts.police_left_out, counts.police_true)
    return Found(
        counts.police_left_out / counts.police_true,
        f"{police(counts)} (1 of 500 allows {int(POLICE_LEFT_OUT * counts.police_true)}), "
        f"interval {low:.4f} to {high:.4f}",
    )


def _diverted(measured: Measured) -> Found:
    counts = measured.together
    if not counts.divertible:
        return Found(None, "no incident is divertible")
    low, high = share_interval(counts.diverted, counts.divertible)
    return Found(counts.diverted / counts.divertible, f"{diverted(counts)}, interval {low:.3f} to {high:.3f}")


def _calibration(measured: Measured) -> Found:
    errors = {name: found.calibration_error for name, found in measured.outputs.items()}
    worst = max(errors, key=errors.__getitem__)
    within = sum(error <= CALIBRATION_ERROR for error in errors.values())
    return Found(errors[worst], f"{worst}; {within} of {len(errors)} outputs are within")


def police(counts: Together) -> str:
    """How many that need police are left without, in numbers."""
    return f"{counts.police_left_out} of {counts.police_true}"


def diverted(counts: Together) -> str:
    """How many that can go without police do, in numbers."""
    return f"{counts.diverted} of {counts.divertible}"


TARGETS: Final = (
    Target(
        f"mental_health: recall at precision {PRECISION:.2f}",
        f"at least {RECALL}",
        RECALL,
        at_least=True,
        measure=_mental_health,
    ),
    Target("no_crime: F1", f"at least {CRIME_F1}", CRIME_F1, at_least=True, measure=_no_crime),
    Target(
        "police left out where they are needed",
        "at most 1 of 500",
        POLICE_LEFT_OUT,
        at_least=False,
        measure=_police,
        places=4,
    ),
    Target(
        "mental-health incidents without need of police that go without",
        f"at least {DIVERTED:.2f}",
        DIVERTED,
        at_least=True,
        measure=_diverted,
    ),
    Target(
        "calibration error, worst of the outputs",
        f"at most {CALIBRATION_ERROR}",
        CALIBRATION_ERROR,
        at_least=False,
        measure=_calibration,
    ),
)
