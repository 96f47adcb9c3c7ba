# Everything is installed into .venv, the first time and when the requirements change.
PYTHON ?= python3
# How many processes share the tests; each has a PostgreSQL of its own.
WORKERS ?= 2
IN_VENV = .venv/bin/python

.PHONY: help run test bench faults soak lint format lock migration python

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: python ## Start the server; takes SAMPLE=0, PORT=… and DATABASE_URL=…
	@$(PYTHON) install.py requirements.txt
	@exec $(IN_VENV) server.py serve

test: lint ## Check everything: style, types and tests; takes WORKERS=…
	@$(PYTHON) install.py requirements-dev.txt tests/clients web
	$(IN_VENV) -m pytest --numprocesses $(WORKERS) --dist loadfile

bench: python ## Measure against other servers, into bench/RESULTS.md; takes BENCH_ROUNDS=…, BENCH_KEEP=1 and DATABASE_URL=…
	@$(PYTHON) bench/installing.py
	@exec .venv-bench/bin/python -m bench

faults: python ## Do to a server and its database what may happen to them, into docs/faults.md
	@$(PYTHON) install.py requirements-dev.txt
	@exec $(IN_VENV) -m faults

SECONDS = 3600
soak: python ## Load one server for a long time and see whether it stays the same; takes SECONDS=…
	@$(PYTHON) install.py requirements-dev.txt
	@exec $(IN_VENV) -m faults.soak --seconds $(SECONDS)

lint: python ## Check style and types
	@$(PYTHON) install.py requirements-dev.txt
	$(IN_VENV) -m ruff check .
	$(IN_VENV) -m ruff format --check .
	$(IN_VENV) -m mypy

format: python ## Put the code into its standard form
	@$(PYTHON) install.py requirements-dev.txt
	$(IN_VENV) -m ruff check --fix .
	$(IN_VENV) -m ruff format .

COMPILE = $(IN_VENV) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url pyproject.toml
lock: python ## Write the requirements files anew from pyproject.toml
	@$(PYTHON) install.py requirements-dev.txt
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --constraint requirements.txt --extra otel --output-file requirements-otel.txt
	$(COMPILE) --constraint requirements-otel.txt --extra dev --extra otel --output-file requirements-dev.txt
	$(COMPILE) --constraint requirements.txt --extra bench --output-file requirements-bench.txt
	$(COMPILE) --constraint requirements-dev.txt --extra web --output-file requirements-web.txt

migration: python ## Write a migration for changed tables; takes NAME=… and DATABASE_URL=… of a migrated database
	@$(PYTHON) install.py requirements-dev.txt
	$(IN_VENV) -m alembic revision --autogenerate -m "$(NAME)"

python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and there is no $(PYTHON)." >&2; exit 1; }
