PYTHON ?= python3
INSTALLED := .venv/.installed
BROWSER := .venv/.browser
NODE_TOOLS := node/node_modules/.package-lock.json

.PHONY: help setup browser demo test explore check bench

help: ## what can be made here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

setup: $(INSTALLED) ## the locked environment in .venv; nothing to do the second time

$(INSTALLED): uv.lock pyproject.toml scripts/setup.py
	$(PYTHON) scripts/setup.py $@

browser: $(BROWSER) ## what the tests of pages need

$(BROWSER): $(INSTALLED) scripts/browser.py
	$(PYTHON) scripts/browser.py $@

$(NODE_TOOLS): $(INSTALLED) node/package-lock.json scripts/node_tools.py
	$(PYTHON) scripts/node_tools.py

demo: $(INSTALLED) ## a local account, staging and production up, and the gate at work
	.venv/bin/headworks demo

# A file stays on one process: what it brings up is brought up once. The long files come early, as they are found.
test: $(INSTALLED) $(BROWSER) $(NODE_TOOLS) ## all tests
	.venv/bin/pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder

explore: $(INSTALLED) ## the property tests, with many other examples
	.venv/bin/pytest --numprocesses=auto --hypothesis-profile=explore $$(grep -rl '^@given' tests)

check: $(INSTALLED) ## format, lint, types, dependency arrows
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: $(INSTALLED) ## timings; prints a table, judges nothing
	.venv/bin/python bench/command_line.py
	.venv/bin/python bench/engine.py
