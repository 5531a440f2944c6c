"""An evaluation as JSON: every figure, and no note's text."""

import math
from typing import Any

import msgspec

from training.evaluation import Evaluation, Measured
from training.targets import TARGETS, Reading, reading


def encode(evaluation: Evaluation) -> bytes:
    """The file's bytes: the same for equal evaluations. What could not be measured is null."""
    aside = evaluation.kept_aside
    written = {
        "seed": evaluation.seed,
        "thresholds": {
            name: {key: value for key, value in msgspec.to_builtins(output).items() if key != "metrics"}
            for name, output in evaluation.thresholds.items()
        },
        "cross_validated": _measured(evaluation.cross_validated),
        "kept_aside": _measured(aside) if aside else None,
        "beginnings": [
            {
                "lines": beginning.lines,
                "outputs": {
                    name: {"true": _shares(shares[True]), "false": _shares(shares[False])}
                    for name, shares in beginning.shares.items()
                },
            }
            for beginning in evaluation.beginnings
        ],
    }
    return msgspec.json.format(msgspec.json.encode(written), indent=1) + b"\n"


def _measured(measured: Measured) -> dict[str, Any]:
    return {
        "incidents": len(measured.corpus.incidents),
        "corpus_sha256": measured.corpus.sha256,
        "targets": {target.name: _target(reading(target, measured)) for target in TARGETS},
        "outputs": measured.outputs,
        "intervals": {
            name: {figure: list(interval) for figure, interval in within.items()}
            for name, within in measured.intervals.items()
        },
        "together": measured.together,
        "left_without_police": sorted(measured.left_out),
        "slices": {
            name: {"incidents": count, "outputs": found} for name, (count, found) in measured.slices.items()
        },
    }


def _target(found: Reading) -> dict[str, Any]:
    return {"value": found.value, "reached": found.reached, "gap": found.gap, "detail": found.detail}


def _shares(shares: dict[str, float]) -> dict[str, float | None]:
    return {answer: None if math.isnan(share) else share for answer, share in shares.items()}
