# `make` alone lists what there is. Every target first lets ./setup.sh make what is missing (at once when nothing is).

VENV ?= .venv
STEPS ?= 100000
SEED ?= 1
IMAGES ?= 10000
OPERATIONS ?= 100000
BIN := $(VENV)/bin
PYTHON := $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help demo test check bench sim sim-mutations crash powercut soak setup clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## a village service point for two minutes: visitors, a printer, a window, a timeline
	$(BIN)/hall demo --hall examples/village/hall.toml

test: check ## everything that must pass: the checks below, then all tests
	$(PYTHON) -m pytest -n 2 --dist loadfile --durations=10

check: setup ## style, types and import rules, without running anything
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## measure against the raw broker: bench.json, bench.md, bench/raw/
	$(PYTHON) -m tests.bench

sim: setup ## a simulated hall with faults: make sim STEPS=100000 SEED=1
	$(PYTHON) -m testbed.sim --steps $(STEPS) --seed $(SEED)

sim-mutations: setup ## plant each known mistake and see which invariant catches it
	$(PYTHON) -m tests.mutations.run

crash: setup ## 200 kills of hub, broker and stations at random moments
	$(PYTHON) -m pytest -m crash

powercut: setup ## 10,000 power cuts of the hub's real store: make powercut IMAGES=10000 SEED=1
	$(PYTHON) -m testbed.powercut --images $(IMAGES) --seed $(SEED)

soak: setup ## 100,000 requests under kill -9, SIGSTOP and restarts of real processes; its part of bench.md
	$(PYTHON) -m tests.soak --operations $(OPERATIONS) --seed $(SEED) --out .

setup: ## the environment in .venv, and broker, voice and font if the system has none
	@./setup.sh --venv $(VENV)

clean: ## remove the environment and what tools and runs have left
	rm -rf $(VENV) *.egg-info build dist bench/raw powercut-failed .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
