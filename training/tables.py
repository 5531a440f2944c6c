"""An evaluation as plain tables, for a terminal of `WIDTH` columns."""

import math
import textwrap
from collections import Counter
from collections.abc import Mapping
from typing import Final

from dutyline.vocabulary import OUTPUTS
from models.manifest import Limits, Metrics, Output
from training.corpus import Corpus
from training.curves import LEAST_EACH, telling
from training.evaluation import Beginning, Evaluation, Interval, Measured
from training.targets import TARGETS, diverted, police, reading, shown, verdict

WIDTH: Final = 110

_INTERVALS: Final = ("average_precision", "precision", "recall", "f1")
_SLICE_NAME, _SLICE_FIGURE = 32, 7
_SHORT: Final = {
    "mental_health": ("mental", "health"),
    "no_crime": ("no", "crime"),
    "needs_police": ("needs", "police"),
    "needs_ems": ("needs", "ems"),
    "weapon": ("", "weapon"),
    "violence": ("viol-", "ence"),
    "self_harm": ("self", "harm"),
    "medical": ("medi-", "cal"),
    "vulnerable": ("vulne-", "rable"),
    "fire_traffic": ("fire,", "traff."),
}
"""Each output in the two lines of a narrow column's heading."""


def tables(evaluation: Evaluation) -> str:
    """All of an evaluation's tables."""
    crossed, aside = evaluation.cross_validated, evaluation.kept_aside
    sets = {"cross-validated": crossed} | ({"kept aside": aside} if aside else {})
    parts = [
        f"Cross-validated (seed {evaluation.seed}): {data(crossed.corpus)}",
        f"Kept aside: {data(aside.corpus)}" if aside else "Kept aside: no incidents",
        "",
        target_table(sets),
    ]
    for name, measured in sets.items():
        parts += ["", f"Outputs, {name}, with 95 % intervals", output_table(measured)]
    parts += ["", "Thresholds: no below lo, yes from hi on", threshold_table(evaluation.thresholds)]
    for name, measured in sets.items():
        parts += ["", f"With words, rules and policy, {name}", together_lines(measured)]
    for name, measured in sets.items():
        parts += [
            "",
            f"Average precision by slice, {name} (- with fewer than {LEAST_EACH} true or false ones)",
        ]
        parts.append(slice_table(measured))
    for beginning in evaluation.beginnings:
        parts += ["", beginning_heading(beginning), beginning_table(beginning)]
    return "\n".join(parts)


def data(corpus: Corpus) -> str:
    """How many incidents a corpus has, of which files, and its hash."""
    sources = Counter(incident.source for incident in corpus.incidents)
    named = ", ".join(f"{source} {count}" for source, count in sorted(sources.items()))
    wrapped = textwrap.fill(named, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    return f"{len(corpus.incidents)} incidents, corpus {corpus.sha256[:12]}\n{wrapped}"


def target_table(sets: Mapping[str, Measured]) -> str:
    """The targets, and how near each set of incidents comes to them."""
    rows = []
    for target in TARGETS:
        rows.append(f"{target.name}: {target.wanted}")
        for name, measured in sets.items():
            found = reading(target, measured)
            rows.append(f"  {name:15}{shown(target, found):>7}  {verdict(target, found):24} {found.detail}")
    return "\n".join(rows)


def output_table(measured: Measured) -> str:
    """Every output's figures at its thresholds."""
    headings = "".join(f"{name:>15}" for name in ("average prec.", "precision", "recall", "F1"))
    rows = [f"{'':14}{'true':>5}{headings}{'ECE':>7}{'unsure':>8}{'missed':>15}"]
    for name, found in measured.outputs.items():
        within = measured.intervals[name]
        cells = "".join(f"{with_interval(found, within, figure):>15}" for figure in _INTERVALS)
        rows.append(
            f"{name:14}{found.positives:5}{cells}{found.calibration_error:7.3f}{found.unsure:8.3f}"
            f"{with_interval(found, within, 'missed'):>15}"
        )
    return "\n".join(rows)


def with_interval(found: Metrics, within: Mapping[str, Interval], figure: str) -> str:
    """A figure and its interval, such as `0.896 .86-.93`."""
    low, high = within[figure]
    return f"{getattr(found, figure):.3f} {_narrow(low)}-{_narrow(high)}"


def _narrow(share: float) -> str:
    text = f"{share:.2f}"
    return "1.0" if text == "1.00" else text.removeprefix("0")


def threshold_table(thresholds: Mapping[str, Output]) -> str:
    """Every output's thresholds: for usual notes, for thin ones, and in a crisis."""
    groups = "".join(f"{name:^18}" for name in ("usual notes", "thin notes", "in a crisis"))
    rows = [
        f"{'':14}{'share':>7}{groups}".rstrip(),
        f"{'':14}{'true':>7}" + f"{'lo':>9}{'hi':>9}" * 3,
    ]
    for name, output in thresholds.items():
        cells = "".join(limit_cells(each) for each in (output.full, output.thin, output.crisis))
        rows.append(f"{name:14}{output.prior:7.3f}{cells}")
    return "\n".join(rows)


def limit_cells(limits: Limits | None) -> str:
    """Both thresholds; `never` where no probability is high enough."""
    if limits is None:
        return f"{'-':>9}{'-':>9}"
    return f"{limits.lo:9.4f}{threshold(limits.hi):>9}"


def threshold(hi: float) -> str:
    """From where on it is a yes."""
    return "never" if hi > 1 else f"{hi:.4f}"


def together_lines(measured: Measured) -> str:
    """Who is left without police, wrongly and rightly."""
    rows = [
        f"police left out: {police(measured.together)} incidents that need them",
        f"diverted: {diverted(measured.together)} mental-health incidents that do not need police",
    ]
    if measured.left_out:
        named = f"left without police: {', '.join(sorted(measured.left_out))}"
        rows.append(textwrap.fill(named, WIDTH, subsequent_indent="  ", break_on_hyphens=False))
    return "\n".join(rows)


def slice_table(measured: Measured) -> str:
    """Average precision of every output in every slice, and in all incidents."""
    narrow = f"{{:>{_SLICE_FIGURE}}}"
    rows = [
        f"{'':{_SLICE_NAME}}{'':6}" + "".join(narrow.format(_SHORT[name][0]) for name in OUTPUTS),
        f"{'':{_SLICE_NAME}}{'n':>6}" + "".join(narrow.format(_SHORT[name][1]) for name in OUTPUTS),
    ]
    everything = {"all incidents": (len(measured.corpus.incidents), measured.outputs)}
    for name, (count, found) in (everything | measured.slices).items():
        cells = "".join(narrow.format(slice_precision(found[output])) for output in OUTPUTS)
        rows.append(f"{name[:_SLICE_NAME]:{_SLICE_NAME}}{count:6}{cells}")
    return "\n".join(rows)


def slice_precision(found: Metrics) -> str:
    """Average precision, where there are enough true and false ones for it."""
    return f"{found.average_precision:.3f}" if telling(found) else "-"


def beginning_heading(beginning: Beginning) -> str:
    """What a table of beginnings is of."""
    first = "the first line" if beginning.lines == 1 else f"the first {beginning.lines} lines"
    return f"Verdicts after {first} of longer incidents, truth as of the whole incident"


def beginning_table(beginning: Beginning) -> str:
    """The shares of verdicts among incidents that turn out true and false."""
    rows = [f"{'':14}{'true: yes':>11}{'unsure':>8}{'no':>8}{'false: yes':>13}{'unsure':>8}{'no':>8}"]
    for name, shares in beginning.shares.items():
        true, false = (beginning_shares(shares[right]) for right in (True, False))
        rows.append(f"{name:14}{true[0]:>11}{true[1]:>8}{true[2]:>8}{false[0]:>13}{false[1]:>8}{false[2]:>8}")
    return "\n".join(rows)


def beginning_shares(shares: Mapping[str, float]) -> list[str]:
    """The shares of `yes`, `unsure` and `no`; `-` where there are no such incidents."""
    return [_share(shares[answer]) for answer in ("yes", "unsure", "no")]


def _share(share: float) -> str:
    return "-" if math.isnan(share) else f"{share:.3f}"
