"""The suggestion: what is published for people and systems downstream, as the contract defines it."""
