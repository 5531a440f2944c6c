"""The cue language: what the words of notes say of duty cues and hazards."""

from duty.cues.combine import combine
from duty.cues.lexicon import Lexicon
from duty.cues.loading import load_lexicon
from duty.cues.model import LineReading, Mention

__all__ = ["Lexicon", "LineReading", "Mention", "combine", "load_lexicon"]
