"""The lexicon: phrases as data, compiled once, and the reading of a line with it."""

from collections.abc import Mapping, Sequence

from duty.cues.matcher import Matcher, Span
from duty.cues.model import Derivation, Entry, LineReading, Modifier, Sign, Target
from duty.cues.reading import Cover, Scopes, mentions
from dutyline.judgement.types import Line


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
        signs: Mapping[str, Sequence[Sign]],
        derivations: Sequence[Derivation],
    ) -> None:
        self.version = version
        self.targets = targets
        self.derivations = derivations
        entries = [entry for target in targets.values() for entry in target.entries]
        named_signs = [(kind, sign) for kind, some in signs.items() for sign in some]
        self._entries: Sequence[Entry] = entries
        self._modifiers = modifiers
        self._signs: Sequence[str] = [kind for kind, _ in named_signs]
        self._matcher = Matcher(
            [
                *(entry.pattern for entry in entries),
                *(modifier.pattern for modifier in modifiers),
                *(sign.pattern for _, sign in named_signs),
            ]
        )

    def read_line(self, line: Line) -> LineReading:
        """Read one line by itself.

        The answer depends on the line's text alone, so that it can be kept for as long as the
        line is.
        """
        shadow, found = self._matcher.find(line.text)
        entries: list[tuple[Entry, Span]] = []
        modifiers: list[tuple[Modifier, Span]] = []
        signs: dict[str, list[Span]] = {}
        first_modifier = len(self._entries)
        first_sign = first_modifier + len(self._modifiers)
        for index, spans in found:
            if index < first_modifier:
                entries.extend((self._entries[index], span) for span in spans)
            elif index < first_sign:
                modifiers.extend((self._modifiers[index - first_modifier], span) for span in spans)
            else:
                signs.setdefault(self._signs[index - first_sign], []).extend(spans)
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
