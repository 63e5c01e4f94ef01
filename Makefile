# Everything a newcomer or a machine types. Each target does its own set-up; nothing needs root, Docker or a compiler.
PYTHON ?= python3
BIN := .venv/bin
LOCKED := requirements

.PHONY: help up test lint bench crash schema lock clean

help:  ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

up: .venv/.run  ## set up and run the engine here, with a demo office in the sandbox
	@exec $(BIN)/rekindle up

test: .venv/.dev  ## set up and run every test
	extra=$$($(BIN)/python -m tests.preflight) && $(BIN)/pytest $$extra -n 2 --dist worksteal --cov --cov-report=term:skip-covered

lint: .venv/.dev  ## style, types, the floor plan
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.dev  ## every headline number, as JSON
	$(BIN)/python -m bench

crash: .venv/.dev  ## at least 500 kills: nothing lost, nothing doubled
	$(BIN)/python -m bench.crash

schema: .venv/.dev  ## write docs/schema.md from a freshly migrated database
	$(BIN)/python -m tests.architecture.write_schema

lock: .venv/.uv  ## resolve requirements/*.in into hashed requirements/*.txt
	for name in uv run dev; do $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header \
	  --python-version 3.11 $(LOCKED)/$$name.in -o $(LOCKED)/$$name.txt || exit 1; done

clean:  ## forget the virtual environment; data in var/ stays
	rm -rf .venv

# ---- set-up: a stamp per stage, so that the second run starts at once.
.venv/.uv: $(LOCKED)/uv.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rekindle needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCKED)/uv.txt
	@touch $@

# uv is the fast way; where it cannot see the index that pip is set up for, pip does the same from the same hashes.
define install
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
endef

.venv/.run: .venv/.uv $(LOCKED)/run.txt pyproject.toml
	$(call install,$(LOCKED)/run.txt)
	@touch $@

.venv/.dev: .venv/.run $(LOCKED)/dev.txt
	$(call install,$(LOCKED)/dev.txt)
	@touch $@
