# Everything a person does with Recto's source, one word each. `make help` lists it.

PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
# What setup installs. On a server, requirements.txt leaves the tests' tools out.
LOCK ?= requirements-dev.txt

# A computer's own uv settings stay out of the locks, and so does where packages came
# from, which uv does not write unasked: they must be the same wherever they are made.
# Versions stay as they are unless UPGRADE=--upgrade.
COMPILE := $(BIN)/uv pip compile --no-config --quiet --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock" --no-annotate $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help setup run test faults corpora check format lock bench clean

help:  ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | \
		awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

setup: $(VENV)/.locked  ## make the environment in .venv, from the locked packages

# Runs again only when the locks or the package's own description have changed.
$(VENV)/.locked: requirements-dev.txt requirements.txt setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Recto needs Python 3.11 or newer; set PYTHON=, for example make setup PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q blog migrations wsgi.py
	@touch $@

# Exported, not written before the command: so make runs the server itself, without a
# shell between them that would keep a signal to itself.
run: export PORT := $(PORT)
run: setup  ## start a publication on this computer, with a demo in it when it is empty
	$(BIN)/blog serve --demo --bind 127.0.0.1:$(PORT)

test: setup  ## run the tests (ARGS="tests/posts -k draft": some); a missing tool is named
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not faults and not corpora_all and not lighthouse" $(ARGS)

faults: setup  ## kill servers in the middle of writing, for minutes, and count what was lost
	$(BIN)/python -m pytest -m faults -s $(ARGS)

corpora: setup  ## try every case of the corpora beside the repository, for minutes
	$(BIN)/python -m pytest -n 2 -m corpora_all $(ARGS)

check: setup  ## look for mistakes, untidy lines and wrong types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup  ## put the code in order
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lock: setup  ## write the locks anew from setup.cfg; UPGRADE=--upgrade takes newer releases
	$(COMPILE) --extra build --output-file requirements.txt setup.cfg
	$(COMPILE) --extra build --extra dev --constraint requirements.txt --output-file requirements-dev.txt setup.cfg
	@rm -rf recto.egg-info

bench: setup  ## measure
	$(BIN)/python -m benchmarks

clean:  ## remove what can be made again; never instance/
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.* htmlcov tests/tools/node_modules
	find blog tests migrations benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
