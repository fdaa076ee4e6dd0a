# Ashi: `make run` shows it, `make test` checks it. `make` alone lists the rest.
SHELL := /bin/bash
PORT ?= 8000
HOST ?= 127.0.0.1
PY := .venv/bin/python
READY := .venv/.ready
DEV_READY := .venv/.ready-dev
LOCAL := ASHI_HTTPS=0 PYTHONDONTWRITEBYTECODE=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run serve test quick test-sqlite test-postgres test-journeys check bench sameness screenshots clean FORCE

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

$(READY): requirements.txt package-lock.json scripts/bootstrap.scss
	@bash scripts/install run

$(DEV_READY): requirements-dev.txt $(READY)
	@bash scripts/install dev

run: $(READY) ## the demo clinic on http://127.0.0.1:8000 (PORT= changes it)
	@bash scripts/run $(HOST) $(PORT)

serve: $(READY) ## the production server (see README for the settings it needs)
	@bash scripts/serve $(HOST) $(PORT)

test: $(DEV_READY) ## everything CI runs: checks, both databases, journeys in Chromium
	@bash scripts/test

quick: $(DEV_READY) ## less than a minute, for work in progress: style, tests without a database, every page once
	@bash scripts/quick

test-sqlite: $(DEV_READY) ## unit tests on SQLite (ARGS= goes to pytest)
	@$(LOCAL) $(PY) -m pytest -n 2 -m "not journey" $(ARGS)

test-postgres: $(DEV_READY) ## unit tests on a real PostgreSQL (ARGS= goes to pytest)
	@$(LOCAL) $(PY) -m tests.support.postgres .test-postgres $(PY) -m pytest -n 2 -m "not journey and not pure" $(ARGS)

test-journeys: $(DEV_READY) ## journeys in Chromium (ARGS= goes to pytest)
	@$(LOCAL) $(PY) -m pytest -m journey $(ARGS)

check: $(DEV_READY) ## ruff, mypy, djlint, migrations, knowledge
	@bash scripts/check

sameness: $(DEV_READY) ## how alike plans are for patients who are not alike: figures, with the floors the tests hold
	@$(LOCAL) $(PY) -m tests.support.sameness

bench: $(DEV_READY) ## every hot job as a ratio to a bare Django project, in one run (ARGS="--jobs chart --engine sqlite --patients 1000")
	@$(LOCAL) $(PY) -m tests.bench $(ARGS)

screenshots: $(DEV_READY) ## the pictures of the README, from the demo clinic
	@$(LOCAL) ASHI_DEMO=1 $(PY) -m tests.support.screenshots

clean: ## remove what was installed and built (keeps var/, your data)
	rm -rf .venv node_modules .chromium .pytest_cache .mypy_cache .ruff_cache
