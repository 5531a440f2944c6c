"""What kind of line a note is, when its feed does not say.

A line wrongly taken for a machine's would drop out of the judgement, so only shapes that
CAD systems write by themselves are recognised.  A person's line between asterisks stays a
person's line.
"""

import re
from typing import Final

from dutyline.vocabulary import Kind

_OPENING: Final = r"^\s*(?:\[?\d{1,2}:?\d{2}(?::\d{2})?\]?\s+)?[*>\s]*"
"""A time stamp and the asterisks or arrows that CAD systems put before their own lines."""

_PREMISE_SHAPES: Final = (
    r"(?:PREM(?:ISE)?S?|ADDR(?:ESS)?|LOCATION)\s*(?:HX|HIST(?:ORY)?|HAZ(?:ARD)?S?|ALERTS?|INFO|NOTES?|FLAG|COMMENTS?)?\s*:",
    r"PREM(?:ISE)?\s+(?:HX|HIST(?:ORY)?|HAZ(?:ARD)?S?|ALERTS?|NOTES?|FLAG)\b",
    r"SPECIAL\s+ADDRESS\s+COMMENT\b",
    r"HX\s*:\s*\d+\s+(?:CFS|CALLS?)\b",
    r"PRIORS?\s*:",
)

_UNIT: Final = r"(?:(?:UNIT|AMB|ENGINE|MEDIC)S?\s+)?[A-Z]{0,4}\d[A-Z0-9/-]{0,6}"
_UNIT_STATUS: Final = (
    r"(?:ENRT|ENROUTE|EN\s+ROUTE|ASGN|(?:RE)?ASSIGNED|DISP(?:ATCHED)?|ONSCENE|ON\s+SCENE|ARRIVED|CLEARED)\b"
)

_MACHINE_SHAPES: Final = (
    r"LOI\s+SEARCH\s+COMPLETED\b",
    r"CASE\s+NUMBER\b.{0,40}\bASSIGNED\b",
    r"RECOMMENDED\s+UNITS?\b|UNIT\s+\S+\s+RECOMMENDED\b",
    r"DUPLICATE\s+EVENT\s*:",
    r"CROSS\s+STREET\s*\d*\s*=",
    r"BY:\s*\S.{0,40}\bON\s+TERMINAL\b",
    r"(?:INITIAL|FINAL)\s+(?:TYPE|PRIORITY)\s*:",
    r"NATURE\s+OF\s+CALL\s*:|THE\s+CALL\s+TAKER\s+IS\b",
)

_STARRED_MACHINE_SHAPES: Final = (
    rf"{_UNIT}(?:[\s,]+{_UNIT})*\s+{_UNIT_STATUS}",
    rf"\d+\s+UNITS?\s+{_UNIT_STATUS}",
)
"""Words that a dispatcher may type too: a machine's only between a machine's asterisks."""


def _any(opening: str, shapes: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"{opening}(?:{'|'.join(shapes)})", re.IGNORECASE)


_PREMISE: Final = _any(_OPENING, _PREMISE_SHAPES)
_MACHINE: Final = _any(_OPENING, _MACHINE_SHAPES)
_STARRED: Final = _any(r"^\s*(?:\S+\s+)?(?:\*\*|>>)[*>\s]*", _STARRED_MACHINE_SHAPES)


def recognise(text: str) -> Kind:
    """Tell a premise-history or machine line from a call-taker's; in doubt, a call-taker's."""
    head = text[:200]
    if _PREMISE.match(head):
        return "premise_history"
    if _MACHINE.match(head) or _STARRED.match(head):
        return "system"
    return "call_taker"
