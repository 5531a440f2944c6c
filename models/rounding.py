"""How exactly a probability is given."""

from typing import Final

PLACES: Final = 4
"""Decimals of a probability, so that it reads the same wherever it is computed."""
