# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install console browser run test check format lock bench bench-console bench-peers differential crash clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.venv/installed: requirements/runtime.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("millrace needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

console/node_modules/installed: console/package.json console/package-lock.json
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || { echo "the console needs Node 20 or newer; this is $$(node --version)"; exit 1; }
	cd console && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

tests/clients/javascript/node_modules/installed: tests/clients/javascript/package.json tests/clients/javascript/package-lock.json
	cd tests/clients/javascript && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

# A wheel has the console inside; a checkout builds it, which takes Node.
src/millrace/console/index.html: console/node_modules/installed $(shell find console/src console/index.html console/vite.config.ts -type f)
	cd console && npm run --silent build -- --logLevel=warn
	@touch $@

ifneq ($(shell command -v npm),)
console: src/millrace/console/index.html ## Build the web console
else
console:
	@echo "npm is not there, so there is no web console: install Node 20 or newer and run this again"
endif

browser: .venv/installed-dev
	@$(BIN)/python -m tests.console.install_browser

install: .venv/installed ## Set up ./.venv from the lock files

run: install console ## Start the server with the console, the game and the demo; Ctrl-C stops it
	@$(BIN)/millrace demo --serve --example examples/badges

test: .venv/installed-dev src/millrace/console/index.html browser tests/clients/javascript/node_modules/installed ## Run every test
	cd console && npm test --silent
	$(BIN)/python -m pytest $(or $(PYTEST),--numprocesses 2 --dist loadfile --no-loadscope-reorder)

check: .venv/installed-dev console/node_modules/installed ## Lint, check types (strict) and layers
	cd console && npm run --silent check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

format: .venv/installed-dev console/node_modules/installed ## Format the code
	cd console && npm run --silent format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/installed-dev ## Renew the lock files from pyproject.toml
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -q pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -q --constraint requirements/runtime.txt --group dev -o requirements/dev.txt
	printf "hatchling==1.33.0\neditables>=0.5\n" | $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -q - -o requirements/build.txt

bench-peers: .venv/installed ## Install the servers that `make bench` compares with
	$(BIN)/python -m benchmarks.install $(PEERS)

bench: .venv/installed ## Measure millrace and its peers, e.g. make bench BENCH="--quick --only put"
	$(BIN)/python -m benchmarks $(BENCH)

differential: .venv/installed ## Compare answers with DynamoDB Local's, e.g. make differential DIFFERENTIAL="--seed 7"
	@test -d benchmarks/peers/dynamodb-local/lib || $(BIN)/python -m benchmarks.install dynamodb-local
	$(BIN)/python -m differential $(DIFFERENTIAL)

crash: .venv/installed-dev ## Kill a server at random moments and look what is lost, e.g. make crash CRASH="--kills 20 --seed 7"
	$(BIN)/python -m crash $(CRASH)

bench-console: .venv/installed-dev src/millrace/console/index.html browser ## Measure how fast the console opens in a browser
	$(BIN)/python -m benchmarks.console

clean: ## Remove what was installed and built (keeps ./.millrace)
	rm -rf console/node_modules tests/clients/javascript/node_modules src/millrace/console artefacts .venv dist build .pytest_cache .ruff_cache .hypothesis
