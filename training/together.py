"""Classifier, words, rules and reference policy together: who would be sent to labelled incidents."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from dutyline.assembly import assemble
from dutyline.incident.view import IncidentView
from dutyline.judgement.types import Evidence, IncidentText, Score
from dutyline.settings import load_settings
from models.manifest import Together
from training.corpus import LabelledIncident

AGENCY: Final = "reference"

Scores = Mapping[str, Score]


class _Given:
    """A classifier that answers with scores made beforehand."""

    version = "given"

    def __init__(self) -> None:
        self.scores: Sequence[Scores] = ()

    def score(self, incidents: Sequence[IncidentText]) -> list[Scores]:
        """The scores given, in order."""
        if len(incidents) != len(self.scores):
            message = f"{len(incidents)} incidents for {len(self.scores)} scores"
            raise ValueError(message)
        return list(self.scores)

    def explain(self, incident: IncidentText, names: Collection[str]) -> Mapping[str, tuple[Evidence, ...]]:
        """Nothing: nobody asks."""
        del incident, names
        return {}


class Switchboard:
    """Routes incidents whose scores are known, under the reference policy and each one's own law."""

    def __init__(self) -> None:
        self._given = _Given()
        self._judge = assemble(load_settings(agency=AGENCY, jurisdiction="US"), self._given)

    def responders(
        self, incidents: Sequence[LabelledIncident], scores: Sequence[Scores]
    ) -> list[tuple[str, ...]]:
        """Who would be sent to each incident.

        Args:
            incidents: judged on all their notes.
            scores: the classifier's for each.
        """
        self._given.scores = scores
        views = [
            IncidentView(text=incident.text, jurisdiction=incident.region, agency=AGENCY)
            for incident in incidents
        ]
        return [judgement.routing.responders for judgement in self._judge.judge(views)]


def exposed(
    board: Switchboard, incidents: Sequence[LabelledIncident], scores: Sequence[Scores]
) -> list[bool]:
    """Which incidents go without police as soon as the classifier says that they are not needed."""
    ruled_out = [{**each, "needs_police": Score(0.0, "no")} for each in scores]
    return ["police" not in responders for responders in board.responders(incidents, ruled_out)]


def together(
    board: Switchboard, incidents: Sequence[LabelledIncident], scores: Sequence[Scores]
) -> tuple[Together, frozenset[str]]:
    """Count who is left without police, rightly and wrongly, and name those wrongly."""
    sent = board.responders(incidents, scores)
    needing = [
        (incident, responders)
        for incident, responders in zip(incidents, sent, strict=True)
        if "needs_police" in incident.labels
    ]
    divertible = [
        responders
        for incident, responders in zip(incidents, sent, strict=True)
        if "mental_health" in incident.labels and "needs_police" not in incident.labels | incident.undecided
    ]
    left_out = frozenset(incident.id for incident, responders in needing if "police" not in responders)
    counts = Together(
        police_true=len(needing),
        police_left_out=len(left_out),
        divertible=len(divertible),
        diverted=sum("police" not in responders for responders in divertible),
    )
    return counts, left_out
