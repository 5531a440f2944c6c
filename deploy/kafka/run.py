#!/usr/bin/env python3
"""Starts and stops a real Apache Kafka on this machine; see --help."""

from local_kafka.main import main

if __name__ == "__main__":
    raise SystemExit(main())
