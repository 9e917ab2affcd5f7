# `make` alone lists what there is. Every target first lets ./setup.sh make what is missing (at once when nothing is).

VENV ?= .venv
STEPS ?= 1000000
SEED ?= 1
SPEED ?= 60
RUNS ?= 1000000
ATHERIS := atheris==3.0.0
IMAGES ?= 10000
OPERATIONS ?= 100000
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
PREFIX := /opt/jiaohao
TREE ?= /tmp/page

.DEFAULT_GOAL := help
.PHONY: help demo demo-village test check bench sim sim-mutations crash replay-day replay-mutations fuzz powercut page install many soak setup clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## a county hall for three minutes: sixteen windows, kiosks, boards, bars, pads, voices, a timeline
	$(BIN)/hall demo --hall examples/ankang/hall.toml

demo-village: setup ## a village service point for two minutes: one kiosk, one window
	$(BIN)/hall demo --hall examples/village/hall.toml --minutes 2

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

replay-day: setup ## 1,300 people in a county hall with faults, every wire against the log: make replay-day SPEED=60 SEED=1
	$(BIN)/hall replay --hall examples/ankang/hall.toml --day examples/ankang/day.csv --speed $(SPEED) --faults $(SEED)

replay-mutations: setup ## plant mistakes of senders and see the replay name each
	$(PYTHON) -m tests.mutations.replayed

fuzz: setup ## a million inputs for every decoder, guided by coverage: make fuzz RUNS=1000000 (an hour or two)
	$(PYTHON) -m pip --disable-pip-version-check install --quiet $(ATHERIS)
	$(PYTHON) -m tests.fuzz --runs $(RUNS)

powercut: setup ## 10,000 power cuts of the hub's real store: make powercut IMAGES=10000 SEED=1
	$(PYTHON) -m testbed.powercut --images $(IMAGES) --seed $(SEED)

page: setup ## as root: docs/technician.md followed line by line in a fresh Debian (debootstrap, network; TREE=/tmp/page)
	$(PYTHON) -m tests.page $(TREE)

install: ## as root: into /opt/jiaohao with units and user, or upgrade what is there (docs/technician.md)
	@./setup.sh --venv $(PREFIX) --product
	$(PREFIX)/bin/hall install

many: setup ## two clerks press next at the same instant, ten thousand times, over the real broker
	$(PYTHON) -m pytest -m many -s -o faulthandler_timeout=3600

soak: setup ## 100,000 requests under kill -9, SIGSTOP and restarts of real processes; its part of bench.md
	$(PYTHON) -m tests.soak --operations $(OPERATIONS) --seed $(SEED) --out .

setup: ## the environment in .venv, and broker, voice and font if the system has none
	@./setup.sh --venv $(VENV)

clean: ## remove the environment and what tools and runs have left
	rm -rf $(VENV) *.egg-info build dist bench/raw powercut-failed .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
