"""The cue language, the duty rules and the routing policies: pure, and nearly all of it data."""
