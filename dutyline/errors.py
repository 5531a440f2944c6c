"""Every error that Dutyline raises on purpose.

DutylineError            what went wrong, where, and what to do; safe to print as one line
├── SettingsError        a setting is missing or cannot be used
├── DataError            a rule pack, policy or lexicon file is wrong
├── ModelError           a model cannot be trained, vouched for or loaded
├── CorpusError          a labelled incident is wrong
└── BrokerError          Kafka cannot be reached or refuses what is needed

No message may quote the text of a note: errors are printed and logged, and notes are
about people in crisis.
"""


class DutylineError(Exception):
    """An error that its reader can act on; its message is one plain line."""


class SettingsError(DutylineError):
    """A setting is missing or cannot be used."""


class DataError(DutylineError):
    """A rule pack, policy or lexicon file is wrong; the message names file, line and mend."""


class ModelError(DutylineError):
    """A model cannot be trained, vouched for or loaded."""


class CorpusError(DutylineError):
    """A labelled incident is wrong; the message names file and line."""


class BrokerError(DutylineError):
    """Kafka cannot be reached, or refuses what is needed."""
