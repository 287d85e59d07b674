# `make` alone prints the targets. Everything sets itself up; see docs/operations.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help venv venv-dev demo run test lint services-up services-down services-status messages messages-check \
        bench drill import-data requirements fresh-clone-test clean

VENV ?= .venv
PORT ?= 8000
PYTHON_IN = $(VENV)/bin/python
DATA ?= ../shared/data
export VENV

help: ## Print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)$$/  \1\t\2/' | expand -t 22

venv: ## Make .venv with what the portal runs on
	@scripts/venv runtime

venv-dev: ## Make .venv with the test and lint tools too
	@scripts/venv dev

demo: venv ## An invented province with accounts for every role on http://localhost:8000
	@scripts/demo $(PORT)

run: venv ## The portal with the development settings and your own data (SQLite unless DATABASE_URL is set)
	@$(PYTHON_IN) scripts/compile_messages.py
	@$(PYTHON_IN) manage.py migrate --no-input -v 0
	@$(PYTHON_IN) manage.py runserver $(PORT)

test: ## The whole test suite; REQUIRE_SERVICES=1 starts PostgreSQL, Redis, Elasticsearch and Chromium
	@scripts/test $(ARGS)

lint: venv-dev ## ruff, mypy, djlint, import-linter, migrations, catalogues, compose.yaml, file lengths
	@scripts/lint

services-up: ## Start PostgreSQL, Redis and Elasticsearch of our own (installs them when missing)
	@scripts/services up

services-down: ## Stop them
	@scripts/services down

services-status: ## Say which of them run, and where
	@scripts/services status

messages: venv-dev ## Rebuild the message catalogues from the sources
	@scripts/messages

messages-check: venv-dev ## Fail when the catalogues have drifted from the sources or a text is untranslated
	@scripts/messages --check

bench: venv-dev ## Measure: make bench NAME=pages|search|filing
	@scripts/with_services $(PYTHON_IN) -m bench.run bench $(NAME) $(ARGS)

drill: venv-dev ## Rehearse: make drill NAME=numbering|same-key
	@scripts/with_services $(PYTHON_IN) -m bench.run drill $(NAME) $(ARGS)

import-data: venv ## Import the Cà Mau procedures from DATA (default ../shared/data)
	@scripts/import_data $(DATA)

requirements: ## Recompile requirements*.txt with hashes (ARGS=--upgrade for newer versions)
	@scripts/requirements $(ARGS)

fresh-clone-test: ## Clone HEAD into an empty home and time `make demo` until the front page answers
	@scripts/fresh_clone_check

clean: ## Remove what the targets made, except your data in var/
	@rm -rf $(VENV) artifacts staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
