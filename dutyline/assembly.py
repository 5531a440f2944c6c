"""Putting a judge together from the installed model, cues, rules and policies."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from duty.cues import LineReading, combine, load_lexicon
from duty.policy import available, load_policy
from duty.rules import load_rules
from dutyline.judgement.judge import Defaults, Judge, RuleBook
from dutyline.judgement.types import Classifier, IncidentText, Line, Policy, Reading
from dutyline.settings import Settings
from models.store import PACKAGE, load

LINES_REMEMBERED: Final = 50_000
"""Lines whose cues are kept, so that a growing incident's earlier lines are not read again."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that a judgement rests on but the classifier.

    Judges on the same grounds share the cache of lines whose cues were read.
    """

    read: Callable[[IncidentText], Reading]
    rules: RuleBook
    policies: Mapping[str, Policy]
    defaults: Defaults
    cues_version: str

    def judge(self, classifier: Classifier) -> Judge:
        """Make a judge that uses a classifier."""
        return Judge(
            classifier=classifier,
            read=self.read,
            rules=self.rules,
            policies=self.policies,
            defaults=self.defaults,
            cues_version=self.cues_version,
        )


def prepare(settings: Settings) -> Grounds:
    """Load the cues, rules and policies.

    Raises:
        DataError: a lexicon, rule pack or policy is wrong.
    """
    lexicon = load_lexicon()

    @lru_cache(maxsize=LINES_REMEMBERED)
    def read_line(line: Line) -> LineReading:
        return lexicon.read_line(line)

    def read(text: IncidentText) -> Reading:
        return combine(text.lines, [read_line(line) for line in text.lines], text.units_committed)

    return Grounds(
        read=read,
        rules=load_rules(),
        policies={agency: load_policy(agency) for agency in available()},
        defaults=Defaults(settings.jurisdiction, settings.agency),
        cues_version=lexicon.version,
    )


def assemble(settings: Settings, classifier: Classifier | None = None) -> Judge:
    """Load everything that a judgement depends on.

    Raises:
        ModelError: the model's files are not what its manifest vouches for.
        DataError: a lexicon, rule pack or policy is wrong.
    """
    return prepare(settings).judge(classifier or load_model(settings.model, settings))


def load_model(name: str, settings: Settings) -> Classifier:
    """Load a model by an alias, a version, or a folder with a manifest.

    Raises:
        ModelError: there is no such model, or its files are not what its manifest vouches for.
    """
    is_folder = os.sep in name
    return load(Path(name) if is_folder else name, root=models_folder(settings))


def models_folder(settings: Settings) -> Path:
    """The folder with `aliases.json` and `releases/`: the package's own unless settings name one."""
    return settings.models_dir or PACKAGE
