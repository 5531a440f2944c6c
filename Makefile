# Dutyline's commands; `make help` lists them.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

# The first Python that runs and is new enough; `make PYTHON=/path/to/python3 ...` overrides it.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; \
  done)

bin := .venv/bin
installed := .venv/.installed
locked := $(patsubst %,requirements/%.txt,base build offline dev)
pip := $(bin)/python -m pip --disable-pip-version-check
kafka := $(or $(PYTHON),python3) deploy/kafka/run.py
bench_scripts := $(sort $(filter-out bench/_%,$(wildcard bench/*.py)))

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: install
install: $(installed) ## set up .venv from the locked dependencies; .venv/bin/dutyline is then the command

$(installed): $(locked) pyproject.toml
	@test -n '$(PYTHON)' || { echo 'Dutyline needs Python 3.11 or newer: install it, or name it with make PYTHON=...' >&2; exit 1; }
	@$(bin)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv \
	  || { echo 'No virtual environment could be made; on Debian, install python3-venv' >&2; exit 1; }
	@echo 'Installing the locked dependencies into .venv'
	@$(pip) install --quiet --require-hashes $(addprefix -r ,$(locked))
	@PYTHONWARNINGS='ignore:Editable installation' $(pip) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: demo
demo: install ## show it all on this machine: embedded broker, worker, sample incidents, console
	@$(bin)/dutyline demo

.PHONY: test
test: install ## run the tests; those on real Kafka too, where a JDK and Maven are
	@$(bin)/pytest -m 'not kafka'
	@if command -v java >/dev/null && command -v mvn >/dev/null; then \
	  $(kafka) run --address-in DUTYLINE_TEST_KAFKA $(bin)/pytest -m kafka; \
	elif [ -n "$${DUTYLINE_REQUIRE_KAFKA:-}" ]; then \
	  echo 'The tests on real Kafka could not run: they need a JDK (java) and Maven (mvn)' >&2; exit 1; \
	else \
	  echo 'Skipped: the tests on real Kafka, which need a JDK (java) and Maven (mvn)'; \
	fi

.PHONY: check
check: install ## check formatting, style, types, data, rule packs, schemas and the compose file
	@$(bin)/ruff format --check .
	@$(bin)/ruff check .
	@$(bin)/mypy
	@MYPYPATH=deploy/kafka $(bin)/mypy --strict deploy/kafka/run.py deploy/kafka/local_kafka
	@$(bin)/yamllint --strict --config-file deploy/yamllint.yaml duty models training docker-compose.yml deploy
	@$(bin)/pytest --quiet tests/duty
	@$(bin)/dutyline schema --check
	@if docker compose version >/dev/null 2>&1; then \
	  docker compose --profile demo-feed config --quiet && echo 'docker-compose.yml: valid'; \
	else \
	  echo 'Skipped: docker compose config, since there is no docker compose here'; \
	fi

.PHONY: kafka
kafka: ## start a real Apache Kafka on this machine; the last line is its address
	@$(kafka) start

.PHONY: kafka-stop
kafka-stop: ## stop that Kafka and remove its data
	@$(kafka) stop

.PHONY: bench
bench: install ## run the measurements
	@for script in $(bench_scripts); do echo "== $$script"; $(bin)/python "$$script"; done

.PHONY: compare
compare: install ## set ways to classify side by side; COMPARE=--aside measures on what is kept aside
	@$(pip) install --quiet --require-hashes -r requirements/base.txt -r requirements/compare.txt
	@$(bin)/python -m bench.classifiers $(COMPARE)

compile := CUSTOM_COMPILE_COMMAND='make lock' $(bin)/pip-compile --quiet --generate-hashes --allow-unsafe \
  --strip-extras --no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: lock
lock: install ## write the locked dependencies anew; LOCK=--upgrade takes newer releases
	@$(compile) $(LOCK) --output-file requirements/base.txt pyproject.toml
	@for each in build offline compare dev; do \
	  $(compile) $(LOCK) --output-file requirements/$$each.txt requirements/$$each.in; \
	done

.PHONY: clean
clean: kafka-stop ## remove all that was installed, built or cached here
	@rm -rf .venv .kafka build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
