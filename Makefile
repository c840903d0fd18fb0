# Council Portal in two commands: `make run` and `make test`. See README.md and CONTRIBUTING.md.

PYTHON ?= python3
export PYTHON

BIN := .venv/bin/python
MANAGE := $(BIN) manage.py
STAGES := $(BIN) setup/stages.py
UV ?= $(shell command -v uv || echo .venv/bin/uv)
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help run up setup test check test-long bench format lock messages clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: setup up ## set up what is missing, then start everything (PORT=8000)

up: ## start web server, worker and schedule; Ctrl-C ends them
	@$(MANAGE) up

setup: ## packages, .venv, database, catalogues, network and demonstration data
	@setup/packages.sh run
	@setup/environment.sh requirements.txt
	@setup/messages.sh
	@$(MANAGE) prepare

check: setup-check ## format, lint, contracts, catalogues and the quick tests (3 to 4 minutes)
	@$(STAGES) check

test: setup-test ## everything that counts, on both databases and in a browser (half an hour)
	@$(STAGES) test

test-long: setup-long ## faults, large data and validators, on private servers (40 minutes)
	@$(STAGES) test-long

bench: setup-test ## what things cost, against a floor measured in the same run
	@$(BIN) -m tests.bench

format: ## write code and templates in the house's form
	@$(BIN) -m ruff check --quiet --fix-only .
	@$(BIN) -m ruff format --quiet .
	@find templates -name '*.html' -exec $(dir $(BIN))djade --target-version 5.2 {} + || true  # 1 is "rewritten"

lock: ## resolve requirements*.in anew (needs uv)
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt
	$(LOCK) requirements-s3.in --output-file requirements-s3.txt

messages: setup-check ## bring locale/*/django.po up to date with the code
	@$(BIN) setup/catalogues.py --write

clean: ## remove what setup made, except the data in var/
	rm -rf .venv tests/long/node_modules .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

.PHONY: setup-check setup-test setup-long
setup-check:
	@setup/packages.sh run
	@setup/environment.sh requirements.txt requirements-dev.txt
	@setup/messages.sh

setup-test: setup-check
	@setup/packages.sh test

setup-long: setup-test
	@setup/packages.sh long
	@setup/validators.sh
