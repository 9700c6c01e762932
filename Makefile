# The five things a person does with Bonewatch, and `lock` for whoever changes a dependency.
# Needs make, git and Python 3.11 or later; everything else is installed into .venv.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
BIN := .venv/bin
# Folders that touch a database: they run a second time, on PostgreSQL.
ON_POSTGRES := tests/integration tests/contracts tests/journeys tests/faults
PYTEST_ARGS ?=
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test lint bench lock locale

help:
	@echo "make setup  install what 'run' needs into .venv"
	@echo "make run    the whole product on this machine, with a demo clinic (PORT=8000, BONEWATCH_VAR=var)"
	@echo "make test   the whole suite, on SQLite and on PostgreSQL"
	@echo "make lint   formatting, linter, types, import contracts, migrations, templates, dependencies"
	@echo "make locale the catalogues of the staff's pages follow what is marked in the sources; says what lacks words"
	@echo "make bench  the figures that the README quotes"

setup:
	@test -n "$(PYTHON)" || { echo "Bonewatch needs Python 3.11 or later on the PATH" >&2; exit 1; }
	@$(PYTHON) sandbox/launch/environment.py run

setup-dev:
	@test -n "$(PYTHON)" || { echo "Bonewatch needs Python 3.11 or later on the PATH" >&2; exit 1; }
	@$(PYTHON) sandbox/launch/environment.py dev

# `exec`: Ctrl-C and SIGTERM reach the launcher itself.
run: setup
	@exec $(PY) -m sandbox.launch --with-parent

test: setup-dev
	@.ci/prepare
	$(PY) -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)
	$(PY) -m pytest -n 2 --dist worksteal --database postgres -m "not own_database" $(ON_POSTGRES) $(PYTEST_ARGS)

lint: setup-dev
	ruff format --check .
	ruff check .
	mypy
	lint-imports
	python manage.py check --settings config.settings.test
	python manage.py makemigrations --check --dry-run --settings config.settings.test
	djlint templates --check --lint
	deptry .

locale: setup-dev
	@python manage.py words_of_staff --settings config.settings.test

bench: setup-dev
	@$(PY) -m benchmarks

# Locks name no registry: whoever installs uses the registry that their machine is set up for.
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --no-emit-index-url --generate-hashes \
	--custom-compile-command "make lock"
lock: setup-dev
	$(LOCK) --all-extras --output-file requirements/dev.txt
	$(LOCK) --extra demo --constraints requirements/dev.txt --output-file requirements/run.txt
	$(LOCK) --constraints requirements/dev.txt --output-file requirements/production.txt
