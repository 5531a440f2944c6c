"""The whole comparison: today's incidents against the reference, and the verdict."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from dutyline.errors import DataError
from dutyline.judgement.types import IncidentText
from models.abbreviations import abbreviations
from models.classifier import NotesClassifier
from models.manifest import Manifest
from models.pipeline import incident_reader
from training.corpus import Corpus
from training.drift import SEED, Measure, compare
from training.drift_telling import telling_apart
from training.drift_traits import Traits, held_out, traits

LEAST_INCIDENTS: Final = 20
"""With fewer, nothing short of a landslide would show."""

MOST_INCIDENTS: Final = 5000
"""Of more, so many are looked at, evenly spread."""


class Drift(Struct, frozen=True):
    """What was compared, and what came of it."""

    verdict: Literal["same", "drifted"]
    model: str
    incidents: int
    reference_incidents: int
    in_both: int
    """Today's incidents that the reference had too: they count as today's alone."""
    held_out: bool
    """Whether both were read by models trained like the one in use, each without what it read."""
    is_training_set: bool
    """Whether the reference is what the model in use was trained on."""
    seed: int
    measures: list[Measure]
    unread: dict[str, int] = {}
    """Lines that could not be read, by reason."""

    @property
    def drifted(self) -> list[Measure]:
        """The measures outside of their bands."""
        return [each for each in self.measures if each.drifted]


def drift(
    today: Mapping[str, IncidentText],
    reference: Corpus | Mapping[str, IncidentText],
    classifier: NotesClassifier,
    manifest: Manifest,
    *,
    unread: Mapping[str, int] | None = None,
) -> Drift:
    """Compare incidents with a reference.

    Args:
        today: incidents by id.
        reference: the labelled incidents that the model was trained on, or others by id that it
            was not trained on.
        classifier: the model in use.
        manifest: the model's.
        unread: lines that could not be read, to be handed on.

    Raises:
        CorpusError: the corpus cannot be cross-validated.
        DataError: there are too few incidents to compare.
    """
    today = _spread(today)
    if isinstance(reference, Corpus):
        corpus, held = reference, {each.id: each.text for each in reference.incidents}
    else:
        corpus, held = None, dict(_spread(reference))
    rest = {name: text for name, text in held.items() if name not in today}
    for what, count in (("to compare", len(today)), ("in the reference", len(rest))):
        if count < LEAST_INCIDENTS:
            raise DataError(f"{count} incidents {what} are too few to tell; give at least {LEAST_INCIDENTS}")
    if corpus:
        theirs, ours = _with_corpus(today, corpus, manifest)
    else:
        theirs, ours = (traits(list(each.values()), classifier) for each in (rest, today))
    measures = compare(ours, theirs)
    measures.append(
        telling_apart(list(today.values()), list(rest.values()), incident_reader(abbreviations()))
    )
    return Drift(
        verdict="drifted" if any(each.drifted for each in measures) else "same",
        model=classifier.version,
        incidents=len(today),
        reference_incidents=len(rest),
        in_both=len(held) - len(rest),
        held_out=corpus is not None,
        is_training_set=corpus is not None and corpus.sha256 == manifest.corpus_sha256,
        seed=SEED,
        measures=measures,
        unread=dict(sorted((unread or {}).items())),
    )


def _with_corpus(
    today: Mapping[str, IncidentText], corpus: Corpus, manifest: Manifest
) -> tuple[Traits, Traits]:
    """Give the traits of the corpus without today's, and of today's, all by models trained without them."""
    models = held_out(corpus, manifest)
    place = {incident.id: at for at, incident in enumerate(corpus.incidents)}
    known = [
        name for name in today if name in place and _same(today[name], corpus.incidents[place[name]].text)
    ]
    others = [today[name] for name in sorted(today.keys() - set(known))]
    theirs = models.corpus.rows([at for name, at in place.items() if name not in today])
    return theirs, models.read(others).beside(models.corpus.rows([place[name] for name in known]))


def _same(one: IncidentText, other: IncidentText) -> bool:
    return [line.text for line in one.lines] == [line.text for line in other.lines]


def _spread(incidents: Mapping[str, IncidentText]) -> Mapping[str, IncidentText]:
    """Give at most `MOST_INCIDENTS`, evenly spread over them."""
    if len(incidents) <= MOST_INCIDENTS:
        return incidents
    names = list(incidents)
    chosen = (names[at * len(names) // MOST_INCIDENTS] for at in range(MOST_INCIDENTS))
    return {name: incidents[name] for name in chosen}
