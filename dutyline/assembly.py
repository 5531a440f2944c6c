"""Putting a judge together from the installed model, cues, rules and policies."""

from functools import lru_cache
from typing import Final

from duty.cues import LineReading, combine, load_lexicon
from duty.policy import available, load_policy
from duty.rules import load_rules
from dutyline.judgement.judge import Defaults, Judge
from dutyline.judgement.types import Classifier, IncidentText, Line, Reading
from dutyline.settings import Settings
from models.store import load

LINES_REMEMBERED: Final = 50_000
"""Lines whose cues are kept, so that a growing incident's earlier lines are not read again."""


def assemble(settings: Settings, classifier: Classifier | None = None) -> Judge:
    """Load everything that a judgement depends on.

    Raises:
        ModelError: the model's files are not what its manifest vouches for.
        DataError: a lexicon, rule pack or policy is wrong.
    """
    lexicon = load_lexicon()

    @lru_cache(maxsize=LINES_REMEMBERED)
    def read_line(line: Line) -> LineReading:
        return lexicon.read_line(line)

    def read(text: IncidentText) -> Reading:
        return combine(text.lines, [read_line(line) for line in text.lines], text.units_committed)

    return Judge(
        classifier=classifier or load(settings.model),
        read=read,
        rules=load_rules(),
        policies={agency: load_policy(agency) for agency in available()},
        defaults=Defaults(settings.jurisdiction, settings.agency),
        cues_version=lexicon.version,
    )
