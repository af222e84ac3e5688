PYTHON ?= python3
INSTALLED := .venv/.installed
BROWSER := .venv/.browser
# Tests wait for processes and sockets: twice as many workers as there are cores keep the cores busy.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 2)')
NODE_TOOLS := node/node_modules/.package-lock.json

.PHONY: help setup tools demo test explore check lint types build bench

help: ## what can be made here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

setup: $(INSTALLED) ## the locked environment in .venv; nothing to do the second time

$(INSTALLED): uv.lock pyproject.toml scripts/setup.py scripts/locked.py
	$(PYTHON) scripts/setup.py $@

tools: $(BROWSER) $(NODE_TOOLS) ## what only tests need: Chromium, wrangler

$(BROWSER): $(INSTALLED) scripts/browser.py
	$(PYTHON) scripts/browser.py $@

$(NODE_TOOLS): $(INSTALLED) node/package-lock.json scripts/node_tools.py
	$(PYTHON) scripts/node_tools.py

demo: $(INSTALLED) ## a local account, staging and production up, and the gate at work
	.venv/bin/headworks demo

# A file stays on one process: what it brings up is brought up once. The long files come early, as they are found.
test: $(INSTALLED) tools ## all tests, or those in TESTS
	.venv/bin/pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder $(TESTS)

explore: $(INSTALLED) ## the property tests, with many other examples
	.venv/bin/pytest --numprocesses=auto --hypothesis-profile=explore $$(grep -rl '^@given' tests)

check: lint types ## format, lint, types, dependency arrows, workflows

lint: $(INSTALLED) ## format, lint, dependency arrows, workflows
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	.venv/bin/actionlint -shellcheck .venv/bin/shellcheck
	.venv/bin/actionlint -shellcheck .venv/bin/shellcheck apps/*/.github/workflows/*.yml
	.venv/bin/zizmor --offline --pedantic --quiet --config .github/zizmor.yml .github apps

types: $(INSTALLED) ## the types
	.venv/bin/mypy

build: $(INSTALLED) ## the wheel, and each Worker parsed
	.venv/bin/uv build --quiet --wheel
	for worker in apps/*/worker.js; do node --input-type=module --check < "$$worker" || exit 1; done

bench: $(INSTALLED) ## timings; prints a table, judges nothing
	.venv/bin/python bench/command_line.py
	.venv/bin/python bench/engine.py
	.venv/bin/python bench/policies.py
	.venv/bin/python bench/systems.py
