"""The lexicon: phrases as data, compiled once, and the reading of a line with it."""

from collections.abc import Mapping, Sequence

from duty.cues.matcher import Matcher, Span
from duty.cues.model import Derivation, Entry, LineReading, Modifier, Target
from duty.cues.reading import Cover, Scopes, mentions
from dutyline.judgement.types import Line

Meaning = Entry | Modifier | str
"""What a pattern belongs to; a text is the name of a sign."""


class Lexicon:
    """All that the cue language knows; immutable and safe to share between threads."""

    version: str
    """A hash of the lexicon's files."""
    targets: Mapping[str, Target]
    derivations: Sequence[Derivation]

    def __init__(
        self,
        version: str,
        targets: Mapping[str, Target],
        modifiers: Sequence[Modifier],
        signs: Mapping[str, tuple[str, ...]],
        derivations: Sequence[Derivation],
    ) -> None:
        self.version = version
        self.targets = targets
        self.derivations = derivations
        meanings: list[tuple[Meaning, tuple[str, ...]]] = [
            *((entry, entry.patterns) for target in targets.values() for entry in target.entries),
            *((modifier, modifier.patterns) for modifier in modifiers),
            *signs.items(),
        ]
        self._meanings = [meaning for meaning, patterns in meanings for _ in patterns]
        self._matcher = Matcher([pattern for _, patterns in meanings for pattern in patterns])

    def read_line(self, line: Line) -> LineReading:
        """Read one line by itself.

        The answer depends on the line's text alone, so that it can be kept for as long as the
        line is.
        """
        shadow, found = self._matcher.find(line.text)
        entries: list[tuple[Entry, Span]] = []
        modifiers: list[tuple[Modifier, Span]] = []
        signs: dict[str, list[Span]] = {}
        for index, spans in found:
            meaning = self._meanings[index]
            if isinstance(meaning, Entry):
                entries.extend((meaning, span) for span in spans)
            elif isinstance(meaning, Modifier):
                modifiers.extend((meaning, span) for span in spans)
            else:
                signs.setdefault(meaning, []).extend(spans)
        corrects, retracts = "correction" in signs, "retraction" in signs
        if not entries:
            return LineReading((), corrects, retracts)
        shields = Cover(signs.get("shield", ()))
        scopes = Scopes(
            shadow,
            [(modifier, span) for modifier, span in modifiers if not shields.holds(span)],
            signs.get("turn", ()),
            signs.get("subject", ()),
        )
        return LineReading(mentions(entries, scopes), corrects, retracts)
