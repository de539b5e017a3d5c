# Everything a developer or a user of the source tree runs. `make help` lists it.
# The environment is a plain venv: any python3 of 3.11 or newer with pip will do (make PYTHON=python3.12 ...).

PYTHON ?= python3
UV     ?= uv
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check

# A lock says which files are allowed (by hash), not where they come from: pip asks the index it is set up for.
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header

.DEFAULT_GOAL := help
.PHONY: help install run test check test-crashes test-slow test-containers bench bench-html lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

install: $(STAMP) ## make .venv with everything pinned (the targets below do it when needed)

# Stamps come last: a set-up that was cut short is simply done again.
$(VENV)/.locked: requirements/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "copydesk needs Python 3.11 or newer: install one and say make PYTHON=python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing: install it with 'apt-get install python3-venv'." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/dev.lock
	@touch $@

$(STAMP): $(VENV)/.locked pyproject.toml
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

run: $(STAMP) ## watch ./inbox, write ./out (Ctrl-C stops)
	@mkdir -p inbox out
	$(BIN)/copydesk run inbox --out out

test: $(STAMP) ## set up, then the suite
	$(BIN)/pytest -n auto

check: $(STAMP) ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-crashes: $(STAMP) ## one test for each window and fault of the protocol
	$(BIN)/pytest -m "crashes and not slow" -n 4

test-slow: $(STAMP) ## the long proofs (soak)
	$(BIN)/pytest -m slow

test-containers: $(STAMP) ## build the image, run the compose stack for real
	@engine=$$(.ci/engine); eval "$$engine"; $(BIN)/pytest -m containers -rs tests/containers

bench: $(STAMP) ## measure against a hand-written script and a plain loop
	$(BIN)/python -m benchmarks

# In an environment of its own: the others bring two dozen packages that nothing else needs.
bench-html: ## measure the reader of pages against others: make bench-html PAGES=pages.zip
	$(PYTHON) -m venv .venv-bench
	# The pip that Python 3.11 brings trips over an extra that two packages ask for.
	.venv-bench/bin/pip install --quiet --upgrade pip
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.lock
	.venv-bench/bin/python -m benchmarks.html $(PAGES)

lock: ## resolve the pinned dependencies again (needs uv)
	$(LOCK) pyproject.toml -o requirements/runtime.lock
	$(LOCK) --group pyproject.toml:build -o requirements/build.lock
	$(LOCK) pyproject.toml --group dev -c requirements/runtime.lock -c requirements/build.lock \
	  -o requirements/dev.lock
	$(LOCK) pyproject.toml --group bench -c requirements/runtime.lock -o requirements/bench.lock

clean: ## remove what can be made again
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
