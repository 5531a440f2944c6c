"""Every setting of Dutyline, read from the environment with the prefix `DUTYLINE_`.

For example `DUTYLINE_KAFKA=broker-1:9092,broker-2:9092`.  docs/settings.md is written from
this module.
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dutyline.errors import SettingsError
from dutyline.incident.state import Limits

_SECOND = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """All settings with their defaults; times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="DUTYLINE_", extra="ignore", frozen=True)

    kafka: str = Field("127.0.0.1:9092", description="Kafka brokers: host:port, separated by commas.")
    kafka_api_version: str | None = Field(
        None,
        description="Protocol version for kafka-python, for example 2.3: only for brokers that cannot "
        "tell theirs, as the embedded one. Leave unset for Apache Kafka.",
        pattern=r"^\d+\.\d+(\.\d+)?$",
    )

    topic_notes: str = Field("cad.notes", description="Topic of note events.")
    topic_eido: str = Field("cad.eido", description="Topic of NENA EIDO documents.")
    topic_rejected: str = Field("cad.notes.rejected", description="Topic of events that could not be read.")
    topic_suggestions: str = Field("routing.suggestions", description="Topic of suggestions.")
    topic_shadow: str = Field(
        "routing.suggestions.shadow", description="Topic of what the challenger would have suggested."
    )
    topic_outcomes: str = Field("routing.outcomes", description="Topic of what dispatchers did.")
    topic_models: str = Field("models.released", description="Topic of released models.")
    topic_incidents: str = Field(
        "dutyline.incidents",
        description="Topic in which workers keep the state of open incidents; as many partitions as the "
        "notes' topic.",
    )
    partitions: int = Field(8, ge=1, description="Partitions of the topics that `dutyline topics` creates.")
    replication: int = Field(1, ge=1, description="Replication factor of those topics; 3 in production.")

    group: str = Field("dutyline", description="Consumer group of the workers.")
    agency: str = Field("reference", description="Routing policy for notes that name no agency.")
    jurisdiction: str = Field("US", description="Duty rules for notes that name no jurisdiction.")
    model: str = Field(
        "champion",
        description="Model to load: an alias, a version, or a folder with a manifest (with a / in it). Only "
        "with `champion` does a worker take up the champions that are announced on the models' topic.",
    )
    challenger: str | None = Field(
        None,
        description="Second model, named in the same way, that judges beside the first and is published to "
        "the shadow topic only; `challenger` follows the challengers that are announced.",
    )
    models_dir: Path | None = Field(
        None,
        description="Folder with `aliases.json` and `releases/`, from which models are loaded; unset for "
        "the models that came with the software.",
    )

    incident_quiet: _SECOND = Field(
        12 * 3600.0, description="An open incident ends after this long without a note."
    )
    incident_closed: _SECOND = Field(3600.0, description="A closed incident takes late notes for this long.")
    incident_remembered: _SECOND = Field(
        7 * 86400.0,
        description="An ended incident's revision is remembered for this long, so that ids stay unique.",
    )
    incident_notes: int = Field(2000, ge=1, description="Notes that one incident may hold.")
    incident_characters: int = Field(2_000_000, ge=1, description="Characters that one incident may hold.")

    batch_notes: int = Field(256, ge=1, description="Notes judged together, at most.")
    batch_wait: _SECOND = Field(0.01, description="How long a batch waits to fill.")
    send_timeout: _SECOND = Field(
        20.0, description="How long to wait for the broker to confirm; then the worker exits to be restarted."
    )
    session_timeout: _SECOND = Field(
        10.0, description="How long a silent worker keeps its partitions; at least the broker's minimum."
    )
    commit_interval: _SECOND = Field(0.5, description="How often finished notes are committed.")

    web_host: str = Field("127.0.0.1", description="Address that a worker's health page listens on.")
    web_port: int = Field(6066, ge=0, le=65535, description="Port of that page; 0 turns it off.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged.")
    data_dir: Path = Field(
        Path("/tmp/dutyline"),  # noqa: S108 - a default that a read-only container can write to
        description="Folder that Faust makes for itself at start; nothing of ours is kept in it.",
    )

    @property
    def limits(self) -> Limits:
        """How long and how large an incident may be."""
        return Limits(
            quiet=self.incident_quiet,
            closed=self.incident_closed,
            notes=self.incident_notes,
            characters=self.incident_characters,
        )

    def environment(self) -> dict[str, str]:
        """The variables that give another process the same settings."""
        return {f"DUTYLINE_{name.upper()}": str(value) for name, value in self if value is not None}


def load_settings(**overrides: object) -> Settings:
    """Read the settings; keyword arguments win over the environment.

    Raises:
        SettingsError: a setting cannot be used; names it and says why.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type] # pydantic checks each value itself
    except ValidationError as error:
        wrong = error.errors()[0]
        name = "DUTYLINE_" + str(wrong["loc"][0]).upper() if wrong["loc"] else "a setting"
        raise SettingsError(f"{name}: {wrong['msg']}; see docs/settings.md") from None


def settings_page() -> str:
    """Write the page that documents every setting."""
    rows = [
        f"| `DUTYLINE_{name.upper()}` | {'unset' if field.default is None else f'`{field.default}`'} | "
        f"{field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join((_PAGE_HEAD, *rows)) + "\n"


_PAGE_HEAD = """# Settings

Every setting is an environment variable; times are in seconds.  This page is written by
`dutyline settings --markdown > docs/settings.md`, and a test compares the two.
`dutyline settings` shows the values in force.

| variable | default | what it does |
| --- | --- | --- |"""
