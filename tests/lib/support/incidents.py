"""Note events made of the shipped corpus: many incidents at once, lines interleaved."""

import json
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from training.corpus import shipped_files

START = datetime(2026, 11, 23, 14, tzinfo=UTC)


def interleaved_events(incidents: int) -> list[bytes]:
    """The first incidents of each corpus file as note events, one line of each in turn."""
    files = [file.read_text(encoding="utf-8").splitlines() for file in shipped_files()]
    mixed = [json.loads(line) for row in zip_longest(*files) for line in row if line][:incidents]
    longest = max(len(incident["notes"]) for incident in mixed)
    events = []
    for number in range(longest):
        for incident in mixed:
            if number < len(incident["notes"]):
                at = START + timedelta(seconds=len(events))
                event = {
                    "incident_id": incident["id"],
                    "note_id": f"{incident['id']}-{number + 1}",
                    "at": at.isoformat(),
                    "text": incident["notes"][number],
                    "call_type": incident.get("call_type"),
                    "jurisdiction": incident.get("region"),
                }
                events.append(json.dumps(event).encode())
    return events
