"""What two models suggest for the same incidents, side by side, without a word of any note."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from dutyline.vocabulary import HAZARDS, INDICATORS, Verdict

ASPECTS: Final = ("responders", "response", "level", "needs_review", *INDICATORS, *HAZARDS)
"""In what two answers can differ."""

POLICE: Final = "police"


class _Judged(Struct, frozen=True):
    verdict: Verdict


class _Through(Struct, frozen=True):
    notes: int


class _Versions(Struct, frozen=True):
    model: str


class Answer(Struct, frozen=True):
    """As much of a published suggestion as is compared."""

    incident_id: str
    revision: int
    through: _Through
    responders: list[str]
    response: str
    level: int
    needs_review: bool
    indicators: dict[str, _Judged]
    hazards: dict[str, _Judged]
    versions: _Versions

    def aspects(self) -> dict[str, object]:
        """Give what is compared, by the names of `ASPECTS`."""
        verdicts = self.indicators | self.hazards
        return {
            "responders": self.responders,
            "response": self.response,
            "level": self.level,
            "needs_review": self.needs_review,
            **{name: verdicts[name].verdict if name in verdicts else None for name in ASPECTS[4:]},
        }


_decode: Final = msgspec.json.Decoder(Answer).decode


def read_answer(value: bytes | None) -> Answer | None:
    """Read a published suggestion; `None` for what is none."""
    try:
        return _decode(value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


class Difference(Struct, frozen=True):
    """An incident that the two answer differently: of each aspect, the champion's and the challenger's."""

    incident_id: str
    aspects: dict[str, tuple[object, object]]

    @property
    def loses_police(self) -> bool:
        """Whether only the champion sends police."""
        return self._police() == (True, False)

    @property
    def gains_police(self) -> bool:
        """Whether only the challenger sends police."""
        return self._police() == (False, True)

    def _police(self) -> tuple[bool, bool]:
        champion, challenger = self.aspects.get("responders", ((), ()))
        assert isinstance(champion, list | tuple)
        assert isinstance(challenger, list | tuple)
        return POLICE in champion, POLICE in challenger


class Comparison(Struct, frozen=True):
    """Two models' last answers to the same incidents."""

    incidents: int
    """Those that both answered; all else counts among these."""
    champion_only: int
    challenger_only: int
    champion_models: dict[str, int]
    """How many of the compared answers each version gave."""
    challenger_models: dict[str, int]
    differing: dict[str, int]
    """By aspect, in how many incidents it differs."""
    responses: list[tuple[str, str, int]]
    """The champion's response, the challenger's, and how often they met."""
    loses_police: list[str]
    """Ids of the incidents to which only the champion sends police."""
    gains_police: list[str]
    differences: list[Difference]
    """By incident id."""


def latest_revisions(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Give each incident's answer of the highest revision; of equal ones the last."""
    latest: dict[str, Answer] = {}
    for answer in answers:
        before = latest.get(answer.incident_id)
        if before is None or answer.revision >= before.revision:
            latest[answer.incident_id] = answer
    return latest


def furthest_through(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Give each incident's answer that has read most notes; of equal ones the last.

    A challenger's revisions begin again with each worker, so they tell nothing.
    """
    latest: dict[str, Answer] = {}
    for answer in answers:
        before = latest.get(answer.incident_id)
        if before is None or answer.through.notes >= before.through.notes:
            latest[answer.incident_id] = answer
    return latest


def compare(champion: Mapping[str, Answer], challenger: Mapping[str, Answer]) -> Comparison:
    """Compare two models' answers, each by incident id."""
    both = sorted(champion.keys() & challenger.keys())
    pairs = [(champion[name], challenger[name]) for name in both]
    differences = list(_differences(pairs))
    counts = Counter(aspect for difference in differences for aspect in difference.aspects)
    responses = Counter((one.response, other.response) for one, other in pairs)
    return Comparison(
        incidents=len(both),
        champion_only=len(champion) - len(both),
        challenger_only=len(challenger) - len(both),
        champion_models=_models(one for one, _ in pairs),
        challenger_models=_models(other for _, other in pairs),
        differing={aspect: counts[aspect] for aspect in ASPECTS},
        responses=[(*names, count) for names, count in sorted(responses.items())],
        loses_police=[each.incident_id for each in differences if each.loses_police],
        gains_police=[each.incident_id for each in differences if each.gains_police],
        differences=differences,
    )


def _differences(pairs: Iterable[tuple[Answer, Answer]]) -> Iterator[Difference]:
    for champion, challenger in pairs:
        one, other = champion.aspects(), challenger.aspects()
        differing = {name: (one[name], other[name]) for name in ASPECTS if one[name] != other[name]}
        if differing:
            yield Difference(champion.incident_id, differing)


def _models(answers: Iterable[Answer]) -> dict[str, int]:
    return dict(sorted(Counter(answer.versions.model for answer in answers).items()))
