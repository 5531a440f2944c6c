# Dutyline's commands; `make help` lists them.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

# The first Python that runs and is new enough; `make PYTHON=/path/to/python3 ...` overrides it.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; \
  done)

kafka_run := $(or $(PYTHON),python3) deploy/kafka/run.py

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: kafka
kafka: ## start a real Apache Kafka on this machine; the last line is its address
	@$(kafka_run) start

.PHONY: kafka-stop
kafka-stop: ## stop that Kafka and remove its data
	@$(kafka_run) stop
