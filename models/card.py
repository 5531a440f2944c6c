"""MODEL_CARD.md: what a release is, what it was measured to do, and why it was released."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from scipy.special import betaincinv

from dutyline.vocabulary import OUTPUTS

if TYPE_CHECKING:
    from models.manifest import Limits, Manifest
    from models.register import Entry
    from training.comparison import Measured
    from training.decision import Decision

_SURE: Final = 0.95

_MEANINGS: Final = {
    "mental_health": "a mental-health crisis",
    "no_crime": "no crime is reported or suspected",
    "needs_police": "a careful dispatcher would not leave police out",
    "needs_ems": "an ambulance should go now",
    "weapon": "a weapon is at hand",
    "violence": "an attack, or a credible threat to another person",
    "self_harm": "suicidal intent, an attempt or self-injury now",
    "medical": "medical care is needed now",
    "vulnerable": "a child, a dependent elder or a disabled person is at risk",
    "fire_traffic": "fire, gas, a crash, or a place to fall or be struck",
}


_USE: Final = """## Use

**Intended**: as one voice beside the cue language, the duty rules and the routing policy of
Dutyline, to suggest to a dispatcher who should answer an incident. A person decides.

**Not intended**: to send or to withhold anyone without a person; to be used without the rules and
the floors above them, which find dangers that it misses; to judge a person, a caller, an address
or a call-taker; to diagnose; to be evidence of what happened; on anything but the notes of
call-takers, such as transcripts of calls or social media."""

_SHIPPED: Final = """the corpus that ships with Dutyline. It was written for Dutyline: no note in it
is from a real call. Several writers wrote and labelled the incidents by docs/labels.md, and labels
that departed from it were corrected (training/corpus/CORRECTIONS.md)."""

_NOT_SHIPPED: Final = """not the corpus as it ships with this Dutyline, but an agency's own or a
former state of it. Who trained it has to say how it was collected and labelled. The model file holds
words of these notes, so where they are of real calls, treat it like the notes themselves."""

_UNSEEN: Final = "Neither training nor the choice of thresholds read them."

_PERHAPS_SEEN: Final = """**Its manifest does not say that it was trained
without them, so the figures below may flatter it.**"""

_LIMITS: Final = """## Limits

- It knows the words of its training incidents. On an agency's own notes, with abbreviations and
  habits of their own, its figures will differ: measure there, in shadow, before anyone relies on it.
- English only. Words of other languages are unknown to it, and unknown words tell it nothing.
- It reads what was typed, which is not all that was said. What no note says it cannot know.
- Short notes and the first lines of an incident are often unsure, and a no can turn into a yes with
  the next line. The figures above are for whole incidents.
- It does not reason: unusual wording, irony, several people in one incident, and who did what to
  whom can be read wrongly.
- Rare dangers have few true incidents behind them; see the counts above.
- Figures were not taken apart by neighbourhood, language or group of callers, since the incidents
  do not say these. Notes carry the views of those who call and type, and the model learns from notes.
- Thresholds bound what is missed on average over incidents like those trained on, never in a
  single one."""


def card(manifest: "Manifest", decision: "Decision", history: "Sequence[Entry]") -> str:
    """Write the card of a release.

    Args:
        manifest: the release's own.
        decision: that it may be released, with what was measured.
        history: its lines of the register, this release's last.

    Returns:
        Markdown, the same for equal arguments.
    """
    sections = (
        _head(manifest, history),
        _USE,
        _data(manifest, decision),
        _figures(decision),
        _thresholds(manifest),
        _LIMITS,
        _decision(decision, history),
        _identity(manifest, decision, history),
    )
    return "\n\n".join(sections) + "\n"


def figures(decision: "Decision") -> str:
    """Write the figures on the kept-aside incidents, the champion's in brackets, as a Markdown table."""
    ours, theirs = decision.candidate, _other_champion(decision)
    rows = [
        "| output | true | precision | recall | missed | missed, at most | unsure | calibration error |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_figure_row(name, ours, theirs) for name in OUTPUTS),
    ]
    return _lines(rows)


def together(decision: "Decision") -> str:
    """Say what suggestions do, rules and policy together; the champion's counts in brackets."""
    ours = decision.candidate.holdout.together
    champion = _other_champion(decision)
    theirs = champion.holdout.together if champion else None
    left_out = _beside(str(ours.police_left_out), str(theirs.police_left_out) if theirs else None)
    diverted = _beside(str(ours.diverted), str(theirs.diverted) if theirs else None)
    return (
        f"Of {ours.police_true} incidents that need police, the suggestion leaves police out of {left_out}. "
        f"Of {ours.divertible} mental-health incidents that do not, it leaves them out of {diverted}."
    )


def missed_at_most(missed: int, true: int) -> float:
    """The share of true ones that may be missed in the long run, for all that is known.

    The upper end of the exact one-sided 95% interval (Clopper and Pearson), for incidents
    drawn like those counted.
    """
    return 1.0 if missed >= true else float(betaincinv(missed + 1, true - missed, _SURE))


def _head(manifest: "Manifest", history: "Sequence[Entry]") -> str:
    last = history[-1]
    meanings = _lines(f"- `{name}`: {_MEANINGS[name]}" for name in OUTPUTS)
    return f"""# Model {manifest.version}

Released as {last.role} on {last.at} by {last.by}. Its version is of {manifest.trained_at or "no day"}.

A classifier of the notes that 911 call-takers type. For each incident it gives a probability, and the
verdict yes, no or unsure, on:

{meanings}

docs/labels.md defines these."""


def _data(manifest: "Manifest", decision: "Decision") -> str:
    holdout = decision.candidate.holdout
    origin = _SHIPPED if decision.trained_on_shipped else _NOT_SHIPPED
    agreement = (
        "\nHow far independent labellers agree is in training/corpus/AGREEMENT.md.\n"
        if decision.agreement
        else ""
    )
    unseen = _UNSEEN if manifest.aside_sha256 == holdout.sha256 else _PERHAPS_SEEN
    rows = _lines(
        f"| {name} | {output.metrics.positives} | {output.prior:.3f} | "
        f"{found.positives} | {_share(found.positives, found.incidents)} |"
        for (name, output), found in zip(manifest.outputs.items(), holdout.outputs.values(), strict=True)
    )
    return f"""## Data

Trained on {manifest.incidents} incidents, {origin}
{agreement}
Measured on {holdout.incidents} incidents that are kept aside. {unseen}

| output | true, trained on | share | true, kept aside | share |
| --- | --- | --- | --- | --- |
{rows}"""


def _figures(decision: "Decision") -> str:
    beside = ""
    if (champion := _other_champion(decision)) is not None:
        beside = f" In brackets: the champion of that day, {champion.version}, measured alike."
    return f"""## Figures

On the {decision.candidate.holdout.incidents} kept-aside incidents, whole, at its own thresholds.{beside}
*Missed*: true, and the verdict is no. *Missed, at most*: the share that may be missed in the long run
on incidents like these, with 95% confidence; where few are true, little is known.

{figures(decision)}

Suggestions, with the cue language, the rules and the reference policy. {together(decision)}"""


def _thresholds(manifest: "Manifest") -> str:
    rows = _lines(
        f"| {name} | {_limits(output.full)} | {_limits(output.thin)} | {_cell(output.rule)} |"
        for name, output in manifest.outputs.items()
    )
    return f"""## Thresholds

Chosen by cross-validation on the training incidents ({manifest.folds} folds). Notes with fewer than
{manifest.least_known_words} telling words are thin, and have thresholds of their own.

| output | no below | yes from | thin: no below | yes from | chosen for |
| --- | --- | --- | --- | --- | --- |
{rows}"""


def _limits(limits: "Limits") -> str:
    no = f"{limits.lo:.4f}" if limits.lo > 0 else "never"
    yes = f"{limits.hi:.4f}" if limits.hi <= 1 else "never"
    return f"{no} | {yes}"


def _decision(decision: "Decision", history: "Sequence[Entry]") -> str:
    parts = [
        "## Decision",
        "It passed: nothing spoke against it."
        if decision.outcome == "passed"
        else "It was released by a person in spite of what is listed here.",
    ]
    if decision.because:
        parts.append(f"The reason given: {decision.because}")
    for title, sentences in (("Against it:", decision.findings), ("Besides:", decision.remarks)):
        if sentences:
            parts += [title, _lines(f"- {sentence}" for sentence in sentences)]
    rows = _lines(
        f"| {entry.at} | {_cell(entry.by)} | {entry.role} | {entry.decision} | "
        f"{_cell(entry.because or '')} | {entry.previous or 'nothing'} |"
        for entry in history
    )
    head = "| released | by | as | decision | because | in place of |\n| --- | --- | --- | --- | --- | --- |"
    parts.append(f"{head}\n{rows}")
    return "\n\n".join(parts)


def _identity(manifest: "Manifest", decision: "Decision", history: "Sequence[Entry]") -> str:
    last = history[-1]
    values = {
        "version in suggestions": decision.candidate.version,
        "manifest.json, sha256": last.manifest_sha256,
        "model.joblib, sha256": last.model_sha256,
        "training incidents, sha256": manifest.corpus_sha256,
        "kept-aside incidents, sha256": decision.candidate.holdout.sha256,
        "code, beginning of its sha256": manifest.code_version,
        "Dutyline": manifest.software,
        "Python": manifest.python,
        "libraries": ", ".join(f"{name} {version}" for name, version in manifest.libraries.items()),
        "seed": str(manifest.seed),
    }
    rows = _lines(f"| {name} | {_cell(value)} |" for name, value in values.items())
    return f"""## Identity

| what | value |
| --- | --- |
{rows}

The sha256 of this card is in the register (register.jsonl), in the last line of this version."""


def _other_champion(decision: "Decision") -> "Measured | None":
    """The champion that the candidate was compared with."""
    champion = decision.champion
    return champion if champion is not None and champion.version != decision.candidate.version else None


def _lines(rows: Iterable[str]) -> str:
    return "\n".join(rows)


def _figure_row(name: str, ours: "Measured", theirs: "Measured | None") -> str:
    def cells(measured: "Measured") -> Iterator[str]:
        found, missed = measured.holdout.outputs[name], len(measured.holdout.misses[name])
        yield f"{found.precision:.3f}"
        yield f"{found.recall:.3f}"
        yield str(missed)
        yield f"{missed_at_most(missed, found.positives):.3f}"
        yield f"{found.unsure:.3f}"
        yield f"{found.calibration_error:.3f}"

    mine = list(cells(ours))
    before = list(cells(theirs)) if theirs else [None] * len(mine)
    true = ours.holdout.outputs[name].positives
    return (
        " | ".join((f"| {name}", str(true), *(_beside(a, b) for a, b in zip(mine, before, strict=True))))
        + " |"
    )


def _beside(ours: str, theirs: str | None) -> str:
    return ours if theirs is None else f"{ours} ({theirs})"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "0"


def _cell(text: str) -> str:
    """Text that cannot break out of a table's cell."""
    return " ".join(text.split()).replace("|", "\\|")
