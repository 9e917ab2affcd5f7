# `make` alone lists what there is. Every target first lets ./setup.sh make what is missing (at once when nothing is).

VENV ?= .venv
STEPS ?= 1000000
SEED ?= 1
BIN := $(VENV)/bin
PYTHON := $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help demo test check bench sim sim-mutations crash many setup clean

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

sim: setup ## a simulated hall with faults, a million requests: make sim STEPS=100000 SEED=1 for fewer
	$(PYTHON) -m testbed.sim --steps $(STEPS) --seed $(SEED)

sim-mutations: setup ## plant each known mistake and see which invariant catches it
	$(PYTHON) -m tests.mutations.run

crash: setup ## 200 kills of hub, broker and stations at random moments
	$(PYTHON) -m pytest -m crash

many: setup ## two clerks press next at the same instant, ten thousand times, over the real broker
	$(PYTHON) -m pytest -m many -s -o faulthandler_timeout=3600

setup: ## the environment in .venv, and broker, voice and font if the system has none
	@./setup.sh --venv $(VENV)

clean: ## remove the environment and what tools and runs have left
	rm -rf $(VENV) *.egg-info build dist bench/raw .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
