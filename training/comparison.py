"""Where a candidate is worse than the champion.

**Missed dangers.**  A miss is a true danger with the verdict `no`.  The two models' misses are
paired by incident: those that only the candidate misses are newly missed, those that only the
champion misses are found again, and the others say nothing about the difference.  Misses are
few, by how thresholds are chosen, so a test of significance alone would let anything pass: with
40 true weapons it needs five newly missed and none found again.  So there are three rules, and
any one refuses:

1. Net of those found again, more than two are newly missed, or more than 2% of the true ones
   where that is more.  This one speaks where numbers are small.
2. By an exact one-sided sign test (McNemar's on paired misses), so many newly missed would come
   by chance in at most 5% of comparisons of equals.  This one speaks where numbers are large.
3. The same test over the incidents of which any danger is missed: a little worse everywhere.

docs/releases.md gives how often these rules err.  They are meant to err on the side of refusing:
that costs a look at named incidents and a sentence, and a missed danger may cost a life.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import Final

from dutyline.vocabulary import DANGERS, HAZARDS, OUTPUTS
from models.manifest import Manifest, Metrics
from training.holdout import Holdout

SPARE_MISSES: Final = 2
SPARE_MISSED_SHARE: Final = 0.02
CHANCE: Final = 0.05
RECALL_LOSS: Final = 0.01
"""How much less of the crises the candidate may say `yes` to."""

CALIBRATION_ERROR: Final = 0.03
"""Where the champion is within it, the candidate has to be too."""

UNSURE_GAIN: Final = 0.05
"""How much more often the candidate may be unsure."""

_NAMED: Final = 12
"""So many incidents are named in a finding."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A model, and how it does on the kept-aside incidents.

    Attributes:
        version: identifies it down to its bytes, as the classifier itself does.
        manifest: what its manifest says.
        holdout: what was measured now.
    """

    version: str
    manifest: Manifest
    holdout: Holdout


def comparison_findings(candidate: Measured, champion: Measured) -> list[str]:
    """Where the candidate is worse than the champion, with the figures of both.

    Args:
        candidate: what was measured of it.
        champion: the same of the champion, on the same incidents.
    """
    findings, measured_on = [], candidate.holdout.sha256
    if champion.manifest.aside_sha256 != measured_on:
        findings.append(
            f"The champion {champion.manifest.version} kept {aside_of(champion.manifest)} aside, and "
            f"measured was on {measured_on[:12]}, so it may know some of these incidents."
        )
    ours, theirs = candidate.holdout, champion.holdout
    findings += _missed_findings(ours, theirs)
    left_out, before = ours.left_out, theirs.left_out
    if len(left_out) > len(before):
        findings.append(
            f"With the rules together, police are left out of {len(left_out)} of {ours.together.police_true} "
            f"incidents that need them, by the champion of {len(before)} ({_changes(left_out, before)})."
        )
    for name in OUTPUTS:
        findings += _figure_findings(name, ours.outputs[name], theirs.outputs[name])
    return findings


def newly_missed_too_many(newly_missed: int, found_again: int, true: int) -> bool:
    """Whether a candidate misses so many more of the true ones that it must not pass."""
    spare = max(SPARE_MISSES, SPARE_MISSED_SHARE * true)
    return newly_missed - found_again > spare or sign_test(newly_missed, found_again) <= CHANCE


def sign_test(newly_missed: int, found_again: int) -> float:
    """How likely so many, or more, are newly missed if either way were as likely; exact."""
    changed = newly_missed + found_again
    ways: int = sum(comb(changed, count) for count in range(newly_missed, changed + 1))
    chance: float = ways / 2**changed
    return chance


def _some(ids: Sequence[str]) -> str:
    """Name some incidents in a sentence."""
    more = len(ids) - _NAMED
    return ", ".join(ids[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def aside_of(manifest: Manifest) -> str:
    """What a model kept aside when it was trained, as in "kept 1a2b3c aside"."""
    return manifest.aside_sha256[:12] if manifest.aside_sha256 else "nothing"


def _missed_findings(ours: Holdout, theirs: Holdout) -> Iterator[str]:
    any_ours: set[str] = set()
    any_theirs: set[str] = set()
    for name in (*DANGERS, *HAZARDS):
        missed, before, true = ours.misses[name], theirs.misses[name], ours.outputs[name].positives
        any_ours |= missed
        any_theirs |= before
        if newly_missed_too_many(len(missed - before), len(before - missed), true):
            yield (
                f"{name}: {len(missed)} of {true} are missed, by the champion {len(before)} "
                f"({_changes(missed, before)})."
            )
    if sign_test(len(any_ours - any_theirs), len(any_theirs - any_ours)) <= CHANCE:
        yield (
            f"Any danger is missed in {len(any_ours)} incidents, by the champion in {len(any_theirs)} "
            f"({_changes(any_ours, any_theirs)})."
        )


def _changes(missed: set[str] | frozenset[str], before: set[str] | frozenset[str]) -> str:
    newly = sorted(missed - before)
    return f"newly {len(newly)}: {_some(newly)}; found again {len(before - missed)}"


def _figure_findings(name: str, ours: Metrics, theirs: Metrics) -> Iterator[str]:
    if name == "mental_health" and _more(theirs.recall - ours.recall, RECALL_LOSS):
        yield (
            f"{name}: {ours.recall:.3f} of the true ones get a yes, by the champion {theirs.recall:.3f}; it "
            f"may be at most {RECALL_LOSS} less."
        )
    if theirs.calibration_error <= CALIBRATION_ERROR < ours.calibration_error:
        yield (
            f"{name}: the calibration error is {ours.calibration_error:.3f}, the champion's "
            f"{theirs.calibration_error:.3f}; it may be at most {CALIBRATION_ERROR}."
        )
    if _more(ours.unsure - theirs.unsure, UNSURE_GAIN):
        yield (
            f"{name}: {ours.unsure:.3f} of the incidents are unsure, by the champion {theirs.unsure:.3f}; it "
            f"may be at most {UNSURE_GAIN} more."
        )


def _more(difference: float, allowed: float) -> bool:
    """Whether a difference of rounded shares is beyond what is allowed, whatever floats make of it."""
    return round(difference, 6) > allowed
