# Every target works from a fresh clone: the first use makes .venv and installs what is locked.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test test-dynamodb test-engine bench lint check format package lock clean

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## run the whole system on this machine and show what happens
	@$(BIN)/python -m local.demo

test: $(INSTALLED) ## every test that this machine can run
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

test-dynamodb: $(INSTALLED) ## the store's tests over AWS's DynamoDB Local (needs Java and Maven)
	@$(BIN)/python -m tests.dynamodb_local

test-engine: $(INSTALLED) ## the stacks through the real Pulumi engine, on the emulator (needs the Pulumi CLI)
	@ORDERS_TEST_ENGINE=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile tests/engine

bench: $(INSTALLED) ## measure the handler beside others, and write docs/benchmarks.md (about 4 minutes)
	@$(BIN)/python -m bench

lint: $(INSTALLED) ## format, lint, types and workflows, looked at and left alone
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/zizmor --offline --quiet --pedantic .github

check: lint test ## everything that has to be in order before a commit

format: $(INSTALLED) ## format the code and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

package: $(INSTALLED) ## write the Lambda's zip to build/ and print its digest
	@$(BIN)/python -m infra.package

lock: $(INSTALLED) ## renew requirements.txt from requirements.in
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade --no-header --quiet \
		requirements.in -o requirements.txt

clean: ## remove everything that make made
	rm -rf .venv .local build .hypothesis .mypy_cache .pytest_cache .ruff_cache

# Not compiling saves most of the time: pulumi-aws has thousands of modules, of which a handful is ever imported.
$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "This needs Python 3.11 or newer, and \`$(PYTHON)\` is not: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Installing into .venv, once; this takes about a minute ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation -e .
	@touch $@
