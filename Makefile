# Every target works from a fresh clone: the first one creates .venv and installs the locked dependencies with uv.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test test-judges test-engine record-previews record-judges record-conformance try-on-aws bench soak lint check format package docs lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## run the whole system on this machine and show what happens to 101 orders
	@$(BIN)/orders demo

# Without reordering, the many short unit tests come last and fill the time of the worker that is ready first.
test: $(INSTALLED) ## run every test that this machine can run
	@$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

test-judges: $(INSTALLED) ## try the claims about AWS on implementations that are not ours (each says what it needs)
	@ORDERS_TEST_JUDGES=1 $(BIN)/python -m pytest -q -n 3 --dist loadfile tests/judges

test-engine: $(INSTALLED) ## deploy the stacks to the emulator with the real Pulumi engine (needs the Pulumi CLI)
	@ORDERS_TEST_ENGINE=1 $(BIN)/python -m pytest -q -n 3 --dist worksteal tests/engine

record-previews: $(INSTALLED) ## run the tests of predictions, and record their previews for make test (needs the Pulumi CLI)
	@rm -rf build/previews
	@ORDERS_TEST_ENGINE=1 ORDERS_RECORD_PREVIEWS=build/previews $(BIN)/python -m pytest -q -n 3 --dist worksteal tests/engine/prediction
	@$(BIN)/python -m tests.support.recordings build/previews

record-judges: $(INSTALLED) ## run all tests that try claims about AWS, and record in docs/aws.md who passed (needs the Pulumi CLI)
	@ORDERS_TEST_JUDGES=1 ORDERS_TEST_ENGINE=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile -p tests.judges.recording \
		-m judged tests; status=$$?; $(BIN)/python -m tests.judges.table; exit $$status

try-on-aws: $(INSTALLED) ## deploy a stack into your AWS account, try the claims of docs/aws.md on it, and destroy it
	@$(BIN)/python -m tests.aws_trial

record-conformance: $(INSTALLED) ## try what AWS documents on every implementation, and write docs/conformance.md (needs all judges)
	@$(BIN)/python -m tests.judges.conformance
	@$(BIN)/python -m tests.support.generated_docs

bench: $(INSTALLED) ## compare the functions and the command with alternatives, and write docs/benchmarks.md (about 5 minutes)
	@$(BIN)/python -m bench
	@$(BIN)/python -m tests.judges.aws_lambda

soak: $(INSTALLED) ## process a million deliveries with faults, and look for lost orders (some minutes)
	@$(BIN)/python -m tests.soak

lint: $(INSTALLED) ## check format, lint, types and workflows without changing a file
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/actionlint -shellcheck= -pyflakes= .github/workflows/*.yml
	@$(BIN)/zizmor --offline --quiet --pedantic .github

check: lint test ## run lint and test: both have to pass before a commit

format: $(INSTALLED) ## format the code and apply the linter's fixes
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

package: $(INSTALLED) ## write the Lambda zip to build/ and print its SHA-256
	@$(BIN)/python -m infra.package

docs: $(INSTALLED) ## write what is generated in the docs: the command reference, the contract, the fields of orders, the claims about AWS
	@$(BIN)/python -m tests.support.generated_docs
	@$(BIN)/python -m tests.judges.table

LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet
lock: $(INSTALLED) ## update the locked dependencies to the newest versions that pyproject.toml allows
	@$(LOCK) --upgrade pyproject.toml --group dev -o requirements-dev.txt
	@$(LOCK) --upgrade --group program --constraint requirements-dev.txt -o requirements.txt
	@$(LOCK) --upgrade --group review --constraint requirements-dev.txt -o requirements-review.txt
	@$(LOCK) --upgrade --group installer -o requirements-uv.txt

clean: ## remove everything that make created
	rm -rf .venv .local build .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(INSTALLED): requirements-dev.txt requirements-uv.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "This needs Python 3.11 or newer, and \`$(PYTHON)\` is not: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Installing into .venv, once; this takes some seconds ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@$(BIN)/uv pip sync --quiet --python .venv --require-hashes requirements-dev.txt requirements-uv.txt
	@$(BIN)/uv pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	@touch $@
