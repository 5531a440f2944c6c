"""What is written beside a trained model, so that it can be vouched for."""

from pathlib import Path
from typing import Final

import msgspec

from dutyline.errors import ModelError
from dutyline.vocabulary import OUTPUTS

MANIFEST: Final = "manifest.json"
MODEL: Final = "model.joblib"


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one output, at thresholds chosen without the incidents scored.

    All are shares from 0 to 1.
    """

    incidents: int
    """Those decided for this output."""
    positives: int
    precision: float
    """Of the verdicts `yes`, how many are right."""
    recall: float
    """Of the true ones, how many have the verdict `yes`."""
    f1: float
    average_precision: float
    calibration_error: float
    """Expected calibration error over ten equal bins of probability."""
    unsure: float
    """Of all incidents, how many have the verdict `unsure`."""
    missed: float
    """Of the true ones, how many have the verdict `no`."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`yes` from `hi` on, `no` below `lo`, `unsure` between."""

    lo: float
    hi: float


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """How the probability of one output is read."""

    full: Limits
    thin: Limits
    """For notes with fewer than the manifest's `least_known_words`."""
    crisis: Limits | None = None
    """For incidents, thin or not, whose `mental_health` is a `yes`; only `needs_police` has these."""
    prior: float
    """The share of true ones in the corpus: the answer for an incident without words."""
    rule: str
    """How the thresholds were chosen."""
    metrics: Metrics


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """What classifier, words, rules and reference policy do together, in numbers of incidents."""

    police_true: int
    """Incidents that need police."""
    police_left_out: int
    """Of these, how many are suggested without police."""
    divertible: int
    """Mental-health incidents that do not need police."""
    diverted: int
    """Of these, how many are suggested without police."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Where a model comes from, what it is bound to, and how well it does."""

    version: str
    trained_at: str | None
    """ISO 8601 date."""
    corpus_sha256: str
    incidents: int
    files: int
    software: str
    text_version: int
    python: str
    libraries: dict[str, str]
    seed: int
    folds: int
    least_known_words: int
    """An incident with fewer telling words is thin, and read by the `thin` thresholds."""
    outputs: dict[str, Output]
    together: Together
    """Cross-validated, like the outputs' metrics."""
    code_version: str
    """Beginning of a SHA-256 over the source that reads, trains and judges."""
    aside_sha256: str | None = None
    """The incidents kept aside when the release was trained; `None` without any."""
    kept_aside: dict[str, Metrics] | None = None
    """Figures on those incidents, which neither weights nor thresholds had seen."""
    kept_aside_together: Together | None = None
    model_sha256: str
    model_bytes: int


def encode(manifest: Manifest) -> bytes:
    """The file's bytes: the same for equal manifests."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def decode(data: bytes, where: Path) -> Manifest:
    """Read a manifest's bytes; `where` is named in errors.

    Raises:
        ModelError: these are not the bytes of a manifest.
    """
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        message = f"{where}: not a model's manifest ({error}); install the release again"
        raise ModelError(message) from error
    if tuple(manifest.outputs) != OUTPUTS or not all(
        0 <= limits.lo <= limits.hi
        for output in manifest.outputs.values()
        for limits in (output.full, output.thin, output.crisis or output.full)
    ):
        message = f"{where}: its outputs or thresholds are not this software's; train a release with it"
        raise ModelError(message)
    return manifest
