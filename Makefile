# Two commands do everything on a fresh Debian machine with Python 3.11: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
# Chromium, and real servers to test against: the tests start them on loopback ports of their own.
TEST_PACKAGES := chromium bind9 dovecot-imapd dovecot-pop3d postfix php-cli php-imap openssl
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: install install-dev run test nightly lint bench eval clean help

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: install ## Install, prepare the model, build the index, serve on 127.0.0.1:8000
	@$(BIN)/kb serve

install: $(STAMP) ## Make .venv with .venv/bin/kb

$(STAMP): pyproject.toml requirements.lock
	@echo "install  virtual environment in $(VENV)"
	@PYTHON=$(PYTHON) sh tools/make-venv.sh $(VENV)
	@echo "install  PyTorch (CPU), by pin: anything else would pull gigabytes"
	@$(BIN)/python -m pip install -q torch==2.13.0
	@echo "install  everything else, versions locked"
	@$(BIN)/python -m pip install -q -c requirements.lock -e .
	@touch $@

install-dev: $(DEV_STAMP)

$(DEV_STAMP): $(STAMP) Makefile
	@echo "install  development packages"
	@$(BIN)/python -m pip install -q -c requirements.lock -e '.[dev]'
	@sh tools/apt-install.sh $(TEST_PACKAGES)
	@touch $@

lint: install-dev ## ruff, mypy, and the guides' own lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/kb lint

test: lint ## Everything: lint, unit, model, server and browser tests
	$(BIN)/kb model prepare
	$(BIN)/kb build --index var/test-index
	$(BIN)/python -m pytest -n 2 --dist loadfile

nightly: install-dev ## The parsers' properties on 10,000 examples each, and the expressions' worst cases
	SOLUCIONES_EXAMPLES=10000 $(BIN)/python -m pytest -m parser --timeout 0
	$(BIN)/python -m pytest tests/test_regex_linear.py tests/answer/tools/test_tool_attacks.py

eval: install ## Measure answers on the dev set
	$(BIN)/kb build
	$(BIN)/kb eval

bench: install-dev ## Run the benchmarks and write their results to bench/results
	$(BIN)/kb build
	$(BIN)/kb eval --out bench/results/dev.json
	$(BIN)/python bench/serving.py --out bench/results/serving.json
	$(BIN)/python bench/readme_tables.py

clean: ## Remove everything that was made, downloaded packages included
	rm -rf $(VENV) var build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
