"""The launcher of Kafka is a program of its own, beside the installed packages."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "deploy" / "kafka"))
