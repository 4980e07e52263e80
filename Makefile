# Plain words. `make help` lists them.
PYTHON ?= python3
PY := .venv/bin/python
PORT ?= 8000

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: export PORTAL_SITE_URL = http://localhost:$(PORT)
demo: .venv/.installed ## a company with 14 months, one waiting for review, served at localhost:8000 (RESET=1 starts over)
	@$(PY) manage.py demo_setup $(if $(RESET),--reset)
	@$(PY) manage.py serve --port $(PORT)

demo-code: .venv/.installed ## the second factor of a demo staff login: make demo-code WHO=approver@example.com
	@$(PY) manage.py demo_code $(WHO)

run: .venv/.installed ## migrate, then serve the portal with its own settings
	@$(PY) manage.py migrate -v 0
	@$(PY) manage.py createcachetable
	@$(PY) manage.py serve --port $(PORT)

test: .venv/.installed-dev ## every suite this machine can run; says what it left out
	@$(PY) tests/run.py

test-long: .venv/.installed-dev ## the long random suites: many more networks, histories and kills
	$(PY) -m pytest -q -m slow

test-core: .venv/.installed-dev ## the engine alone, in seconds, without a database
	$(PY) -m pytest -q tests/core

mutants: .venv/.installed-dev ## small wrong changes to the engine, one at a time: does a test notice?
	$(PY) -m tests.mutation.run

check: .venv/.installed-dev ## ruff, mypy, import rules, templates, migrations
	@$(MAKE) --no-print-directory -j2 check-types check-rules

check-types:
	.venv/bin/mypy

check-rules:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/djlint --lint --quiet templates
	$(PY) manage.py makemigrations --check --dry-run -v 0

fmt: .venv/.installed-dev ## format the code
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format --quiet .

screenshots: .venv/.installed-dev ## photograph the demo's pages into docs/screenshots
	$(PY) tests/journeys/screenshots.py

bench-engine: .venv/.installed-dev ## the engine's speed for every plan that ships, beside the reference and a walk (SIZES="10000")
	$(PY) benchmarks/bench_engine.py --write $(if $(SIZES),--people $(SIZES))

bench-placement: .venv/.installed-dev ## placing a newcomer in a binary tree (SIZE=1000000), in the empty database of DATABASE_URL
	$(PY) benchmarks/bench_placement.py $(or $(SIZE),100000)

bench-close: .venv/.installed-dev ## a month's close stage by stage, statements, estimates, beside a portal that pays order by order (SIZES="10000 10000000")
	$(PY) benchmarks/bench_close.py $(SIZES)

bench-portal: .venv/.installed-dev ## every page of a distributor, twenty people reading at once (SIZE=1000000 DATABASE=postgres://…, kept)
	$(PY) benchmarks/bench_portal.py $(or $(SIZE),1000000) $(if $(DATABASE),--database $(DATABASE))

bench-tree: .venv/.installed-dev ## sign-ups, uplines, downlines, moves and imports beside other tree libraries (SIZES=10000)
	$(PY) benchmarks/bench_tree.py $(SIZES)

.venv/.installed: requirements.txt
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@.venv/bin/pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements.txt requirements-dev.txt
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@.venv/bin/pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/.installed

.PHONY: help demo demo-code run test test-long test-core mutants check check-types check-rules fmt screenshots bench-engine bench-close bench-placement bench-portal bench-tree
