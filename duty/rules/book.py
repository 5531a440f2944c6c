"""The rule book: every jurisdiction's rules, loaded once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from duty.data import content_hash, yaml_files
from duty.rules.consider import PackRules
from duty.rules.model import Pack
from duty.rules.packs import read_packs
from dutyline.errors import DataError

_COMMON: Final = "us"
"""The pack that stands in for a jurisdiction without its own."""
_ISO_3166_2: Final = re.compile(r"[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Duty rules by jurisdiction."""

    packs: Mapping[str, Pack]
    versions: Mapping[str, str]
    version: str
    """A hash of all packs together."""

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """The ISO 3166-2 codes that have rules of their own."""
        return tuple(sorted(name.upper() for name in self.packs))

    def covers(self, code: str) -> bool:
        """Tell whether a jurisdiction has rules of its own."""
        return code.lower() in self.packs

    def for_jurisdiction(self, code: str | None) -> PackRules:
        """Return a jurisdiction's rules, or the common ones where it has none of its own.

        Raises:
            DataError: The code has not the form of ISO 3166-2 (`US-WA`).
        """
        asked = _COMMON.upper() if code is None else code
        if not _ISO_3166_2.fullmatch(asked):
            msg = f"jurisdiction {asked!r}: not of the form of ISO 3166-2; write it like US-WA"
            raise DataError(msg)
        name = asked.lower() if asked.lower() in self.packs else _COMMON
        return PackRules(self.packs[name], self.versions[name], asked.upper())


@cache
def load_rules() -> RuleBook:
    """Load the rule packs that come with the package.

    Raises:
        DataError: A pack is wrong; the message names file, line and mend.
    """
    return rules_from(files("duty") / "packs")


def rules_from(folder: Traversable) -> RuleBook:
    """Load rule packs from a folder.

    Raises:
        DataError: A pack is wrong, or the common one is missing.
    """
    sources = {file.name: file for file in yaml_files(folder)}
    packs = read_packs(list(sources.values()))
    if _COMMON not in packs:
        msg = f"packs: {_COMMON}.yaml is missing; every jurisdiction without its own rules falls back to it"
        raise DataError(msg)
    versions = {
        name: f"{name} {pack.released.isoformat()} {content_hash(sources[source] for source in pack.sources)}"
        for name, pack in packs.items()
    }
    return RuleBook(packs, versions, content_hash(sources.values()))
