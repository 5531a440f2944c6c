"""The table from final dispositions to weak labels (`training/dispositions.yaml`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from duty.data import Node, content_hash, read
from dutyline.vocabulary import OUTPUTS

OPEN: Final = "open"
"""What an agency writes beside a code of its own that tells nothing."""

_FIELDS: Final = ("codes", "words", "labels", OPEN)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_APART: Final = re.compile(r"[\W_]+")
_CODE_AND_WORDS: Final = re.compile(r"\s*([A-Za-z]{1,5}\d{0,4}|\d{1,4})\s*[-_:.)]\s*(\S.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class WeakLabel:
    """What a disposition says of one output, and why it does."""

    value: bool
    because: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What dispositions stand for.

    Attributes:
        name: its name in the table.
        labels: what it says, by output; nothing where it does not tell.
    """

    name: str
    labels: Mapping[str, WeakLabel] = field(hash=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dispositions:
    """The table as it was read; all keys are `normalised`.

    Attributes:
        version: its date and the beginning of its hash.
        review: who has reviewed it, or that nobody has.
        codes: the meanings of the codes of agencies that have none of their own.
        words: the meanings of words, whoever writes them.
        agencies: by agency, the meanings of its own codes.
    """

    version: str
    review: str
    codes: Mapping[str, Meaning]
    words: Mapping[str, Meaning]
    agencies: Mapping[str, Mapping[str, Meaning]]

    def meaning_of(self, disposition: str, agency: str | None = None) -> Meaning | None:
        """Give what a disposition means to an agency; `None` for one that the table does not know."""
        codes = self.agencies.get(agency or "", self.codes)
        whole = normalised(disposition)
        if meaning := codes.get(whole) or self.words.get(whole):
            return meaning
        parts = _CODE_AND_WORDS.fullmatch(disposition)
        if parts is None:
            return None
        code = codes.get(normalised(parts[1])) or self.words.get(normalised(parts[1]))
        if code is not None and codes is not self.codes:
            return code
        words = self.words.get(normalised(parts[2]))
        return words if code in {None, words} else None


def normalised(text: str) -> str:
    """Give what dispositions are compared by: small letters and digits, single spaces."""
    return " ".join(_APART.sub(" ", text.casefold()).split())


@cache
def dispositions() -> Dispositions:
    """Load the shipped table.

    Raises:
        DataError: it is wrong; the message names file, line and mend.
    """
    return dispositions_from(files("training") / "dispositions.yaml")


def dispositions_from(source: Traversable) -> Dispositions:
    """Load a table from a file.

    Raises:
        DataError: it is wrong; the message names file, line and mend.
    """
    top = read(source).fields(needs=("dated", "review", "meanings"), may=("agencies",))
    dated = top["dated"].day()
    named = {OPEN: Meaning(OPEN)}
    codes: dict[str, Meaning] = {}
    words: dict[str, Meaning] = {}
    for key, node in top["meanings"].pairs():
        meaning = _meaning(key, node)
        named[meaning.name] = meaning
        fields = node.fields(may=_FIELDS)
        for part, found in (("codes", codes), ("words", words)):
            for term in fields[part].items() if part in fields else ():
                _add(found, term, meaning, (codes, words))
    agencies = {
        agency.text(): _agency(own, named)
        for agency, own in (top["agencies"].pairs() if "agencies" in top else ())
    }
    version = f"{dated.isoformat()} {content_hash((source,))}"
    return Dispositions(version, top["review"].sentence(), codes, words, agencies)


def _meaning(key: Node, node: Node) -> Meaning:
    name = key.text()
    if not _NAME.fullmatch(name) or name == OPEN:
        key.fail(f"{name!r} cannot name a meaning", "use small letters, digits and _")
    fields = node.fields(may=_FIELDS)
    if not fields.keys() & {"codes", "words"}:
        key.fail(f"{name!r} has neither codes nor words", "add `codes:` or `words:`")
    if ("labels" in fields) == (OPEN in fields):
        key.fail(f"{name!r} needs labels, or why it tells none", "write one of `labels:` and `open:`")
    if OPEN in fields:
        fields[OPEN].sentence()
        return Meaning(name)
    return Meaning(
        name, {output.one_of(OUTPUTS): _label(label) for output, label in fields["labels"].pairs()}
    )


def _label(node: Node) -> WeakLabel:
    fields = node.fields(needs=("is", "because"))
    return WeakLabel(fields["is"].flag(), fields["because"].sentence())


def _add(
    found: dict[str, Meaning], term: Node, meaning: Meaning, among: tuple[Mapping[str, Meaning], ...]
) -> None:
    key = _key(term)
    for known in among:
        if key in known:
            term.fail(f"{key!r} stands under {known[key].name!r} too", "keep one of them")
    found[key] = meaning


def _agency(node: Node, named: Mapping[str, Meaning]) -> dict[str, Meaning]:
    codes: dict[str, Meaning] = {}
    for code, meaning in node.pairs():
        key = _key(code)
        if key in codes:
            code.fail(f"{key!r} stands twice", "keep one of them")
        codes[key] = named[meaning.one_of(named)]
    return codes


def _key(term: Node) -> str:
    key = normalised(term.text())
    if not key:
        term.fail("there is neither a letter nor a digit in it", "write the code or words")
    return key
