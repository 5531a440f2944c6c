"""A suggestion as a few lines of a terminal: at a glance who, how urgent and why."""

from collections.abc import Mapping
from typing import Any, Final

from rich.text import Text

_LEVELS: Final = {
    1: ("routine", "green"),
    2: ("moderate", "cyan"),
    3: ("urgent", "yellow"),
    4: ("emergent", "bold red"),
}
_REASONS_SHOWN: Final = 2


def suggestion_lines(suggestion: Mapping[str, Any]) -> Text:
    """Show a published suggestion, given as decoded JSON."""
    level, colour = _LEVELS[suggestion["level"]]
    text = Text()
    text.append(f"{suggestion['incident_id']} ", style="bold")
    text.append(f"#{suggestion['revision']:<3}", style="dim")
    text.append(f"{level:<9}", style=colour)
    text.append(f"{suggestion['response']}: ", style="bold")
    text.append(" + ".join(suggestion["responders"]))
    if suggestion["needs_review"]:
        text.append("  REVIEW", style="bold magenta")
    text.append(f"\n    {_findings(suggestion)}", style="dim")
    for reason in suggestion["reasons"][:_REASONS_SHOWN]:
        text.append(f"\n    {reason}")
    for rule in suggestion["duty"]["rules"][:_REASONS_SHOWN]:
        text.append(f"\n    {rule['title']} [{rule['authorities'][0]['cite']}]", style="blue")
    for advice in suggestion["advice"][:1]:
        text.append(f"\n    next: {advice}", style="italic")
    if suggestion["revision"] > 1:
        text.append(f"\n    changed: {', '.join(suggestion['changed'])}", style="dim")
    return text


def _findings(suggestion: Mapping[str, Any]) -> str:
    parts = [
        f"{name.replace('_', ' ')} {indicator['verdict']} {indicator['probability']:.2f}"
        for name, indicator in suggestion["indicators"].items()
    ]
    parts += [
        name.replace("_", " ") for name, hazard in suggestion["hazards"].items() if hazard["verdict"] == "yes"
    ]
    duty = suggestion["duty"]
    return ", ".join(parts) + f"; {duty['jurisdiction']} {duty['finding'].replace('_', ' ')}"
