# `make` alone lists the targets, which install what they need; see docs/operations.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help venv venv-dev demo run test lint services-up services-down services-status messages messages-check \
        bench drill mutants import-data sbom licences audit requirements \
        fresh-clone-test clean

VENV ?= .venv
PORT ?= 8000
PYTHON_IN = $(VENV)/bin/python
DATA ?= ../shared/data
export VENV

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)$$/  \1\t\2/' | expand -t 22

venv: ## Create .venv with the packages that the portal needs
	@scripts/venv runtime

venv-dev: ## Create .venv with the test and lint tools as well
	@scripts/venv dev

demo: venv ## Serve the demo province with an account for every role on http://localhost:8000
	@scripts/demo $(PORT)

run: venv ## Serve the portal with the development settings and your own data (SQLite unless DATABASE_URL is set)
	@$(PYTHON_IN) scripts/compile_messages.py
	@$(PYTHON_IN) manage.py migrate --no-input -v 0
	@$(PYTHON_IN) manage.py runserver $(PORT)

test: ## Run all tests; REQUIRE_SERVICES=1 starts PostgreSQL, Redis, Elasticsearch, ClamAV and Chromium
	@scripts/test $(ARGS)

lint: venv-dev ## Run ruff, mypy, djlint, ESLint, stylelint, import-linter and the checks of migrations, catalogues and files
	@scripts/lint

services-up: ## Start PostgreSQL, Redis, Elasticsearch and ClamAV for development (installs them when missing)
	@scripts/services up

services-down: ## Stop these servers
	@scripts/services down

services-status: ## Show which of these servers run, and their addresses
	@scripts/services status

messages: venv-dev ## Update the message catalogues from the sources
	@scripts/messages

messages-check: venv-dev ## Fail if the catalogues differ from the sources or a text is untranslated
	@scripts/messages --check

bench: venv-dev ## Run a benchmark: make bench NAME=…; without NAME it lists the names
	@$(if $(NAME),scripts/with_services) $(PYTHON_IN) -m bench.run bench $(NAME) $(ARGS)

drill: venv-dev ## Run a drill, a check of a running server: make drill NAME=…; without NAME it lists the names
	@$(if $(NAME),scripts/with_services) $(PYTHON_IN) -m bench.run drill $(NAME) $(ARGS)

mutants: ## Mutate guards, deadlines and transitions, and see which tests notice (docs/mutants.md; up to an hour)
	@scripts/mutants $(ARGS)

import-data: venv ## Import the Cà Mau procedures from DATA (default ../shared/data)
	@scripts/import_data $(DATA)

sbom: venv-dev ## Write artifacts/sbom.json, the runtime dependencies in CycloneDX format
	@$(PYTHON_IN) scripts/sbom.py sbom

licences: venv-dev ## Write docs/licences.md and refuse unknown licences
	@$(PYTHON_IN) scripts/sbom.py licences

audit: venv-dev ## Look for known vulnerabilities; exit code 3 of the script: not audited
	@$(PYTHON_IN) scripts/audit.py

requirements: ## Compile requirements*.txt with hashes (ARGS=--upgrade for newer versions)
	@scripts/requirements $(ARGS)

fresh-clone-test: ## Clone HEAD into an empty folder and time `make demo` until the front page answers
	@scripts/fresh_clone_check

clean: ## Delete what the targets created, except your data in var/
	@rm -rf $(VENV) node_modules artifacts staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
