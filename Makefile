# make run       the program, in the browser          make test        everything: lint, types, contracts, all tests
# make bench     measured comparisons                 make test-fast   the tests that most changes need (aim: 60 s)
# make starter   trains the bundled model             make check       lint, types and import contracts only
# make audit     known vulnerabilities of what is pinned

# The first Python >= 3.11 there is; `make PYTHON=/path/to/python run` chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt
FAILED = { echo "The packages could not be installed; pip says why above. Try again, or start over with make clean."; exit 1; }
WORKERS ?= 2

.PHONY: run test test-fast check audit format bench bench-learn starter browser clean
.DEFAULT_GOAL := run

run: .venv/run.stamp
	@$(BIN)/python -m understudy

test: check browser
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --durations=20

test-fast: .venv/test.stamp
	$(BIN)/python -m pytest -q -m "not slow and not browser" -n $(WORKERS) --dist loadfile

check: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Asks a vulnerability service; ends with 3, and says so, where none is reached.
audit: .venv/audit.stamp
	$(BIN)/python -m tests.audit $(AUDIT)

format: .venv/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: browser
	$(BIN)/python -m tests.benchmarks

# What is learned and what is broken after 1, 10 and 100 corrections, on three sets of facts: about half an hour.
bench-learn: .venv/test.stamp
	PYTHONPATH=src $(BIN)/python -m tests.benchmarks learn-1-both-reliability learn-faq-1-both-reliability \
		learn-edits-1-both-reliability

# Two and a half hours on two cores. Interrupted, it goes on from build/starter.
starter: .venv/test.stamp
	PYTHONPATH=src $(BIN)/python -m starter.train --out build/starter
	PYTHONPATH=src $(BIN)/python -m starter.train --out build/starter --export assets/starter
	PYTHONPATH=src $(BIN)/python -m starter.evaluate assets/starter --json assets/starter/evaluation.json
	PYTHONPATH=src $(BIN)/python -m starter.card assets/starter

# A Chromium that is there, else playwright's own, else the system's package.
browser: .venv/test.stamp
	@$(BIN)/python -m tests.browser

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# A stamp is newer than what it was made from; touching nothing, a second start installs nothing.
.venv/run.stamp: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing Understudy into .venv (a few minutes, this once) ..."
	@$(PIP) -e ".[offline]" || $(FAILED)
	@touch $@

.venv/test.stamp: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing Understudy and its test tools into .venv (a few minutes, this once) ..."
	@$(PIP) -e ".[test]" || $(FAILED)
	@touch $@ .venv/run.stamp

.venv/audit.stamp: .venv/test.stamp
	@$(PIP) -e ".[dev]" || $(FAILED)
	@touch $@

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Understudy needs Python 3.11 or newer, and found none. Install one from python.org, then run make again."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment here. On Debian and Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }
