# Everything here runs in environments of its own, made from the lock files on first use.
# `make V=1 …` shows the commands and pip's words.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
# One worker more than cores: tests of programs wait for them now and then.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PYTEST_ARGS ?= -q -n $(WORKERS) --dist loadgroup

BIN := .venv/bin
BENCH_BIN := .venv-bench/bin
LOCKED := .venv/.locked
READY := .venv/.ready
BENCH_READY := .venv-bench/.ready
PIP := -m pip --disable-pip-version-check --no-input $(if $(V),,-qq)
PIP_INSTALL := $(PIP) install --require-hashes --root-user-action=ignore
EDITABLE := $(PIP) install --no-deps --no-build-isolation --root-user-action=ignore --editable .

# The machine's pip configuration may name more indexes; the locks are compiled without it unless it is named.
PIP_COMPILE := PIP_CONFIG_FILE=$(or $(PIP_CONFIG_FILE),/dev/null) $(BIN)/pip-compile --quiet --no-header --generate-hashes --strip-extras \
	--allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-options

ifndef V
.SILENT:
endif
.DELETE_ON_ERROR:
.PHONY: help run test suite soak check lint types format bench lock clean

help:
	echo "make run      set up and open the terminal, on a simulator of its own"
	echo "make test     set up, then lint, types, contracts and all tests"
	echo "make soak     run SEEDS=5000 more storms, from FIRST=1001 on; see docs/storm.md"
	echo "make check    lint, types and contracts"
	echo "make format   let ruff rewrite what it can"
	echo "make bench    measure against the yardstick, in an environment of its own"
	echo "make lock     compile the lock files anew (UPGRADE=1 takes newer releases)"
	echo "make clean    remove environments, caches and builds"

# ARGS are bgtui's own: make run ARGS='--theme light'.
run: $(READY)
	$(BIN)/bgtui $(ARGS)

# Types take a core for a minute: beside the tests, not before them.
test: lint
	$(MAKE) --no-print-directory -j2 types suite

# What is compiled once is read by every worker and by every program that a test starts.
suite: export PYTHONDONTWRITEBYTECODE =
suite: $(READY)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

SEEDS ?= 1000
FIRST ?= 1001
soak: $(READY)
	$(BIN)/python -m tests.storm $(FIRST) $(SEEDS)

check: lint types

lint: $(READY)
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet || { echo "make check: run 'make format'" >&2; exit 1; }

types: $(READY)
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo >.venv/contracts.log 2>&1 || { cat .venv/contracts.log >&2; exit 1; }

format: $(READY)
	$(BIN)/ruff check --quiet --fix
	$(BIN)/ruff format --quiet

bench: $(BENCH_READY)
	$(BENCH_BIN)/python -m benchmarks

$(LOCKED): requirements-dev.lock
	$(call make-venv,.venv)
	echo "installing what bgtui needs into .venv (once)" >&2
	$(BIN)/python $(PIP_INSTALL) --requirement requirements-dev.lock
	touch $@

$(READY): $(LOCKED) pyproject.toml
	$(BIN)/python $(EDITABLE)
	touch $@

$(BENCH_READY): requirements-bench.lock
	$(call make-venv,.venv-bench)
	echo "installing the yardstick into .venv-bench (once)" >&2
	$(BENCH_BIN)/python $(PIP_INSTALL) --requirement requirements-bench.lock
	touch $@

# A one-line answer to each way in which a bare machine can fall short.
define make-venv
test -n "$(PYTHON)" || { echo "bgtui needs Python 3.11 or newer: apt install python3 python3-venv" >&2; exit 1; }
"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "bgtui needs Python 3.11 or newer; $(PYTHON) is older: set PYTHON=/path/to/a/newer/python3" >&2; exit 1; }
"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
	|| { echo "$(PYTHON) cannot make environments: apt install python3-venv" >&2; exit 1; }
"$(PYTHON)" -m venv $(1)
endef

# ccxt, a client that the tests run against the simulator, demands these releases of what others need too, older than
# the ones that bgtui runs on. Everything else in the environment of the tests is what bgtui runs on.
HELD_BACK := cffi idna pycparser
SHARED := .venv/shared.txt
SHARED_PINS = sed -n 's/^\([a-z0-9-]*==[^ ]*\).*/\1/p' requirements.lock | grep -Ev '^($(subst $() ,|,$(HELD_BACK)))=='

UPGRADE_FLAG := $(if $(UPGRADE),--upgrade)
lock: $(READY)
	$(PIP_COMPILE) $(UPGRADE_FLAG) --output-file requirements.lock pyproject.toml
	$(SHARED_PINS) >$(SHARED)
	$(PIP_COMPILE) $(UPGRADE_FLAG) --extra dev --constraint $(SHARED) --output-file requirements-dev.lock pyproject.toml
	$(PIP_COMPILE) $(UPGRADE_FLAG) --extra bench --output-file requirements-bench.lock pyproject.toml

clean:
	rm -rf .venv .venv-bench build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find bgtui tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
