"""Dutyline: suggests who should go while a 911 call-taker is still typing."""

__version__ = "0.1.0"
