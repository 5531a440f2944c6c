"""Whether a candidate may be released, judged against the champion.

Both are measured now, by the same code, on the same kept-aside incidents, which neither was
trained on.  What speaks against the candidate is a finding; one finding is a refusal, unless
a person gives the reason to release it all the same.

`training.comparison` has the rules for being worse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from dutyline.errors import CorpusError, ModelError
from dutyline.vocabulary import HAZARDS, OUTPUTS
from models import store
from models.manifest import Metrics
from training.comparison import Measured, aside_of, comparison_findings
from training.corpus import CORPUS, Corpus, check_apart
from training.holdout import measure
from training.source import code_version
from training.thresholds import MISSED_DANGER, MISSED_HAZARD, MISSED_POLICE

_SAME: Final = 0.005
"""Figures for the same incidents this near to each other are the same."""

Outcome = Literal["passed", "overridden", "refused"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a candidate may be released, and what that rests on.

    Attributes:
        outcome: `passed`, `refused`, or `overridden`: released by someone in spite of findings.
        candidate: what was measured of the candidate.
        champion: and of the champion; `None` when there is none to compare with.
        champion_version: what `champion` stood for then, whether or not it could be loaded.
        trained_on_shipped: the candidate was trained on the incidents that ship with Dutyline.
        agreement: how far labellers agree on these is written down beside them.
        findings: what speaks against it, one sentence each.
        remarks: what has to be known besides, one sentence each.
        because: the reason that was given for releasing it.
    """

    outcome: Outcome
    candidate: Measured
    champion: Measured | None
    champion_version: str | None
    trained_on_shipped: bool
    agreement: bool
    findings: tuple[str, ...]
    remarks: tuple[str, ...]
    because: str | None


def decide(
    candidate: Path, root: Path, *, aside: Corpus, shipped: Corpus, because: str | None = None
) -> Decision:
    """Measure a candidate and the champion, and decide.

    Args:
        candidate: the candidate's folder.
        root: where the champion is looked up.
        aside: the kept-aside incidents.
        shipped: the incidents that ship with Dutyline to train on.
        because: why to release it whatever speaks against it.

    Raises:
        ModelError: the candidate is not what its manifest vouches for, or the table of aliases
            cannot be read.
    """
    ours = _measured(candidate, aside)
    on_shipped = ours.manifest.corpus_sha256 == shipped.sha256
    in_use = store.aliases(root).get("champion")
    champion, findings, remarks = _champion(in_use, root, ours, aside)
    findings += evidence_findings(ours)
    if champion and champion.version != ours.version:
        findings += comparison_findings(ours, champion)
    if on_shipped:
        findings += _shared_findings(shipped, aside)
    else:
        remarks.append(
            f"It was trained on incidents that are not here (corpus {ours.manifest.corpus_sha256[:12]}), so "
            "they were not compared with those that are kept aside."
        )
    if ours.manifest.code_version != (here := code_version()):
        remarks.append(f"It was trained by other code ({ours.manifest.code_version}) than is here ({here}).")
    remarks += bound_remarks(ours)
    outcome: Outcome = "passed" if not findings else "overridden" if because else "refused"
    return Decision(
        outcome=outcome,
        candidate=ours,
        champion=champion,
        champion_version=in_use,
        trained_on_shipped=on_shipped,
        agreement=on_shipped and (CORPUS / "AGREEMENT.md").is_file(),
        findings=tuple(findings),
        remarks=tuple(remarks),
        because=because,
    )


def evidence_findings(candidate: Measured) -> Iterator[str]:
    """Why the candidate's figures cannot be relied on."""
    manifest, measured_on = candidate.manifest, candidate.holdout.sha256
    if manifest.aside_sha256 != measured_on:
        yield (
            f"It kept {aside_of(manifest)} aside when it was trained, and measured was on "
            f"{measured_on[:12]}, so it may know some of these incidents; "
            "give release the --aside files that train had, or train it again."
        )
        return
    promised = manifest.kept_aside or {}
    other = [
        name
        for name in OUTPUTS
        if name not in promised or not _alike(promised[name], candidate.holdout.outputs[name])
    ]
    if other:
        yield (
            f"For the same kept-aside incidents its manifest has other figures than were measured here "
            f"({', '.join(other)}), so this software reads notes another way than the one that trained it; "
            "train it again."
        )


def bound_remarks(candidate: Measured) -> Iterator[str]:
    """Where more is missed than the thresholds were chosen for, whatever the champion does."""
    together = candidate.holdout.together
    if together.police_left_out > MISSED_POLICE * together.police_true:
        yield (
            f"Police are left out of {together.police_left_out} of {together.police_true} kept-aside "
            f"incidents that need them, where the thresholds were chosen for a share of {MISSED_POLICE}."
        )
    for name in ("needs_ems", *HAZARDS):
        missed, true = len(candidate.holdout.misses[name]), candidate.holdout.outputs[name].positives
        bound = MISSED_DANGER.get(name, MISSED_HAZARD)
        if missed > bound * true:
            yield (
                f"{name}: {missed} of {true} kept-aside true ones are missed, where the thresholds were "
                f"chosen for a share of {bound}."
            )


def _measured(folder: Path, aside: Corpus) -> Measured:
    classifier = store.load(folder)
    return Measured(classifier.version, store.describe(folder), measure(classifier, aside))


def _champion(
    version: str | None, root: Path, candidate: Measured, aside: Corpus
) -> tuple[Measured | None, list[str], list[str]]:
    """The champion as measured, and what is to be said if it could not be or need not be."""
    if version is None:
        return None, [], ["There is no champion yet: a first release is compared with nothing."]
    try:
        champion = _measured(store.locate(version, root=root), aside)
    except ModelError as error:
        why = str(error).replace(f"{root}/", "")  # kept for good, so without where this machine has it
        return None, [f"The champion {version} cannot be loaded, so nothing was compared: {why}."], []
    if champion.version == candidate.version:
        return champion, [], ["It is the champion already, so there was nothing to compare."]
    return champion, [], []


def _shared_findings(taught: Corpus, aside: Corpus) -> Iterator[str]:
    try:
        check_apart(taught, aside)
    except CorpusError as error:
        yield f"It was trained on what is kept aside, so the figures flatter it: {error}."


def _alike(promised: Metrics, measured: Metrics) -> bool:
    figures = ("recall", "calibration_error", "unsure", "missed")
    return all(abs(getattr(promised, name) - getattr(measured, name)) <= _SAME for name in figures)
