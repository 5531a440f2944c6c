"""Note events: what a feed sends, read from bytes, and what kind of line each note is."""
