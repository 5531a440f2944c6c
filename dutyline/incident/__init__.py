"""An incident as it grows: its notes in order of arrival, when it ends, what is kept of it."""
