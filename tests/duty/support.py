"""Short ways to read notes in tests."""

from duty.cues import combine, load_lexicon
from dutyline.judgement.types import Line, Reading
from dutyline.vocabulary import Kind


def line(text: str, kind: Kind = "call_taker", note_id: str = "1") -> Line:
    return Line(note_id, text, kind)


def read(*texts: str | Line, units_committed: bool = False) -> Reading:
    """Read an incident of call-taker's lines, or of lines as they are given."""
    lines = [
        text if isinstance(text, Line) else line(text, note_id=str(i))
        for i, text in enumerate(texts, start=1)
    ]
    lexicon = load_lexicon()
    return combine(lines, [lexicon.read_line(one) for one in lines], units_committed)


def verdict(hazard: str, *texts: str | Line) -> str:
    return read(*texts).hazards[hazard].verdict


def state(cue: str, *texts: str | Line) -> str:
    return read(*texts).cues[cue].state
