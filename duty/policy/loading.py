"""Loads routing policies and the floors above them."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from duty.cues.loading import load_lexicon
from duty.data import content_hash, read, yaml_files
from duty.policy.model import askable
from duty.policy.parsing import read_floors, read_policy
from duty.policy.routing import FilePolicy
from dutyline.errors import DataError


def available() -> tuple[str, ...]:
    """Return the agencies that have a policy in the package."""
    return tuple(file.name.removesuffix(".yaml") for file in yaml_files(files("duty") / "policies"))


@cache
def load_policy(agency: str) -> FilePolicy:
    """Load an agency's policy from the package.

    Raises:
        DataError: There is no such policy, or it is wrong; the message names file, line and mend.
    """
    if agency not in available():
        msg = f"policy {agency!r}: not there; use one of {', '.join(available())}"
        raise DataError(msg)
    return policy_from(files("duty") / "policies" / f"{agency}.yaml", files("duty") / "floors.yaml")


def policy_from(source: Traversable, floors_source: Traversable) -> FilePolicy:
    """Load a policy and the floors above it from files.

    Raises:
        DataError: A file is wrong; the message names file, line and mend.
    """
    requests = {
        t.name: ("present", "unknown") for t in load_lexicon().targets.values() if t.gives == "request"
    }
    states = askable(requests)
    agency, released, routes = read_policy(read(source), states)
    if f"{agency}.yaml" != source.name:
        msg = f"{source.name}: its agency is {agency!r}; name the file after it"
        raise DataError(msg)
    floors, guards = read_floors(read(floors_source), states)
    version = f"{agency} {released.isoformat()} {content_hash((source, floors_source))}"
    return FilePolicy(agency, version, routes, floors, guards)
