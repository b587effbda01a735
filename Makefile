# Two commands from a fresh clone: `make demo` and `make test`. `make help` lists all.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install demo test check coverage soak docs clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: $(INSTALLED) ## install everything into .venv

demo: $(INSTALLED) ## generate an adapter for a task it never saw, and compare
	$(BIN)/genadapter demo

test: $(INSTALLED) ## default, slow and packaged tests
	$(BIN)/python -m pytest -m "not gpu and not hub and not soak" --durations=10

check: $(INSTALLED) ## format, lint, types and the default tests: before every commit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

coverage: $(INSTALLED) ## branch coverage of the library and the service
	$(BIN)/python -m pytest -m "not gpu and not hub and not soak" --cov=genadapter --cov=service \
		--cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=95

soak: $(INSTALLED) ## half an hour of many clients, ten thousand evictions, many API cases
	$(BIN)/python -m pytest -m soak tests/service
	OPENAPI_CASES=1500 $(BIN)/python -m pytest -m slow tests/service/test_openapi.py

docs: $(INSTALLED) ## rewrite the generated blocks of README.md
	$(BIN)/python -P tests/test_docs.py

clean: ## remove .venv, caches and build output; fetched models stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# torch goes first and alone: what follows then keeps the build found here, which is
# the small CPU one wherever that is offered.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $(PYTHON) is older: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install "$$(grep '^torch==' constraints.txt)"
	$(PIP) install -c constraints.txt -e '.[training,ray,service,postgres,otel,dev]'
	touch $@
