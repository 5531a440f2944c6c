"""An evaluation as one HTML file: no scripts, no other host, no note's text.

The same evaluation, by the same versions, gives the same bytes.
"""

import platform
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import dutyline
from dutyline.vocabulary import DANGERS, HAZARDS, OUTPUTS
from models.manifest import Limits
from training.crossval import FOLDS
from training.curves import LEAST_EACH
from training.evaluation import LEAST_IN_SLICE, RESAMPLES, Evaluation, Measured
from training.plots import (
    ANSWERS,
    NAMES,
    precision_recall_plot,
    reliability_plot,
    slice_plot,
    verdict_plot,
)
from training.source import code_version
from training.svg import version as matplotlib_version
from training.tables import beginning_heading, beginning_shares, slice_precision, threshold
from training.targets import TARGETS, diverted, police, reading, shown, verdict

TEMPLATE: Final = "report.html.j2"

_FIGURES: Final = {
    "average_precision": "average precision",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "missed": "missed",
}


def report(evaluation: Evaluation) -> str:
    """The whole page."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sets = {"crossed": evaluation.cross_validated}
    if evaluation.kept_aside:
        sets["aside"] = evaluation.kept_aside
    return pages.get_template(TEMPLATE).render(
        evaluation=evaluation,
        sets=[{"role": role, "name": NAMES[role], **_set(measured)} for role, measured in sets.items()],
        targets=_targets(sets),
        thresholds=_thresholds(evaluation),
        plots=_plots(evaluation, sets),
        beginnings=_beginnings(evaluation),
        outputs=OUTPUTS,
        figures=_FIGURES,
        folds=FOLDS,
        resamples=RESAMPLES,
        least_in_slice=LEAST_IN_SLICE,
        least_each=LEAST_EACH,
        software=_software(),
    )


def _set(measured: Measured) -> dict[str, Any]:
    """What is shown of one set of incidents."""
    sources = Counter(incident.source for incident in measured.corpus.incidents)
    return {
        "incidents": len(measured.corpus.incidents),
        "sha256": measured.corpus.sha256,
        "sources": sorted(sources.items()),
        "outputs": [_output(measured, name) for name in OUTPUTS],
        "police": police(measured.together),
        "diverted": diverted(measured.together),
        "left_out": sorted(measured.left_out),
        "missed": {name: _missed(measured, name) for name in (*DANGERS, *HAZARDS)},
        "slices": [
            (name, count, [slice_precision(found[output]) for output in OUTPUTS])
            for name, (count, found) in _slices(measured).items()
        ],
    }


def _slices(measured: Measured) -> Mapping[str, tuple[int, Any]]:
    return {"all incidents": (len(measured.corpus.incidents), measured.outputs)} | measured.slices


def _output(measured: Measured, name: str) -> dict[str, Any]:
    found, within = measured.outputs[name], measured.intervals[name]
    return {
        "name": name,
        "true": f"{found.positives} of {found.incidents}",
        "figures": [
            (f"{getattr(found, figure):.3f}", f"{within[figure].low:.2f} to {within[figure].high:.2f}")
            for figure in _FIGURES
        ],
        "calibration_error": f"{found.calibration_error:.3f}",
        "unsure": f"{found.unsure:.3f}",
    }


def _missed(measured: Measured, name: str) -> list[str]:
    """The ids of true incidents that got a `no`."""
    at = OUTPUTS.index(name)
    wrong = (measured.truth[:, at] == 1) & (measured.verdicts[:, at] == "no")
    return [incident.id for incident, missed in zip(measured.corpus.incidents, wrong, strict=True) if missed]


def _targets(sets: Mapping[str, Measured]) -> list[dict[str, Any]]:
    rows = []
    for target in TARGETS:
        readings = [reading(target, measured) for measured in sets.values()]
        rows.append(
            {
                "name": target.name,
                "wanted": target.wanted,
                "readings": [
                    {
                        "figure": shown(target, found),
                        "reached": found.reached,
                        "verdict": verdict(target, found),
                        "detail": found.detail,
                    }
                    for found in readings
                ],
            }
        )
    return rows


def _thresholds(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "prior": f"{output.prior:.3f}",
            "limits": [
                cell for limits in (output.full, output.thin, output.crisis) for cell in _limits(limits)
            ],
            "rule": output.rule,
        }
        for name, output in evaluation.thresholds.items()
    ]


def _limits(limits: Limits | None) -> tuple[str, str]:
    return (f"{limits.lo:.4f}", threshold(limits.hi)) if limits else ("-", "-")


def _plots(evaluation: Evaluation, sets: Mapping[str, Measured]) -> dict[str, list[Markup]]:
    limits = {name: output.full for name, output in evaluation.thresholds.items()}
    drawings = {
        "precision_recall": [precision_recall_plot(name, limits[name], sets) for name in OUTPUTS],
        "reliability": [reliability_plot(name, limits[name], sets) for name in OUTPUTS],
        "verdicts": [verdict_plot(role, measured) for role, measured in sets.items()],
        "slices": [slice_plot(name, sets) for name in OUTPUTS],
    }
    # Safe: the drawings are ours, and what they name of the incidents they escape.
    return {key: [Markup(each) for each in each_kind] for key, each_kind in drawings.items()}  # noqa: S704


def _beginnings(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "heading": beginning_heading(beginning),
            "answers": ANSWERS,
            "rows": [
                (name, [*beginning_shares(shares[True]), *beginning_shares(shares[False])])
                for name, shares in beginning.shares.items()
            ],
        }
        for beginning in evaluation.beginnings
    ]


def _software() -> list[tuple[str, str]]:
    return [
        ("Dutyline", f"{dutyline.__version__}, code {code_version()}"),
        ("Python", platform.python_version()),
        *((name, installed(name)) for name in ("scikit-learn", "numpy", "scipy")),
        ("matplotlib", matplotlib_version()),
    ]
