# Everything runs from .venv, which is made once and again when its inputs change.

VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=

# The first Python that is new enough; `make PYTHON=/path/to/python3.12 setup` to choose.
CANDIDATES := python3 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in $(CANDIDATES); do \
	"$$python" -c '$(NEW_ENOUGH)' 2>/dev/null && { command -v "$$python"; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help setup demo test check coverage bench clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## create .venv with everything in it

demo: setup ## run the whole job on sample data (ARGS="--exit" to stop when done)
	@$(BIN)/mailer demo $(ARGS)

test: setup ## run the whole suite (ARGS="tests/unit -k address" for a part)
	@$(BIN)/pytest -n auto $(ARGS)

check: setup ## lint, formatting, types, import rules, expressions' time
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/patterns.py

coverage: setup ## run the whole suite and report what it did not reach
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

bench: setup ## run the benchmarks; prints JSON
	@$(BIN)/python benchmarks/run.py $(ARGS)

clean: ## remove .venv and caches
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@rm -rf .coverage .coverage.* htmlcov build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml constraints.txt
	@python="$(PYTHON)"; \
	if [ -z "$$python" ] || ! "$$python" -c '$(NEW_ENOUGH)'; then \
		echo "make: Python 3.11 or newer is needed; install it, or: make PYTHON=/path/to/it" >&2; \
		exit 1; \
	fi; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
			echo "make: $$python cannot make a venv; on Debian and Ubuntu: apt install python3-venv" >&2; \
			exit 1; \
		fi; \
		rm -rf $(VENV); \
		"$$python" -m venv $(VENV); \
	fi
	@echo "Installing into $(VENV), which takes a minute the first time."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable . --group dev
	@touch $(STAMP)
