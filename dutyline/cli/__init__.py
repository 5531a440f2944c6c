"""The command `dutyline`: one module for each group of commands, nothing of substance here."""
