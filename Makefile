# Everything that one does with Lumis. `make` alone lists it.
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory --no-builtin-rules

# The first interpreter that Lumis runs on; PYTHON=… chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
LOCAL := $(PY) -m deploy.local
PACKAGES := shared/shared services/gateway/gateway services/ledger/ledger services/ocr-engine/ocr_engine \
	services/reconciler/reconciler services/sunat-emitter/sunat_emitter services/tagger/tagger
WORKSPACE := gateway ledger lumis-operator lumis-shared ocr-engine reconciler sunat-emitter tagger

.PHONY: help install servers tools run up down status watch demo token test check bench bench-ocr specs reference lock parked backup restore clean

help: ## List the targets
	@echo "Lumis: make <target>"
	@sed -n 's/^\([a-z-]*\):[^#]*## /  \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

install: ## Make .venv with everything in requirements.lock (the others do it by themselves)
	@test -n "$(PYTHON)" || { echo "Lumis needs Python 3.11, 3.12 or 3.13 (Debian, Ubuntu: apt-get install python3)" >&2; exit 1; }
	@$(PYTHON) -m deploy.local.bootstrap

servers:
	@test -n "$(PYTHON)" || { echo "Lumis needs Python 3.11, 3.12 or 3.13 (Debian, Ubuntu: apt-get install python3)" >&2; exit 1; }
	@$(PYTHON) -m deploy.local.bootstrap --servers

tools: install ## Put Prometheus and promtool into .venv, where they can be had
	@$(PYTHON) -m deploy.local.bootstrap --tools

run: servers ## Start everything on 127.0.0.1 in the foreground (PORT=8080); Ctrl-C ends it
	@$(LOCAL) run

up: servers ## The same in the background; returns when all are ready
	@$(LOCAL) up

down: install ## End what `make up` or `make run` started
	@$(LOCAL) down

status: install ## Say what runs
	@$(LOCAL) status

watch: tools ## Start Prometheus beside it on http://127.0.0.1:9090 (or PROMETHEUS_PORT); Ctrl-C ends it
	@$(LOCAL) watch

demo: servers ## Start a second Lumis, upload a sample, show what happens, end it
	@$(LOCAL) demo

token: install ## Print a development token: USER=name [SCOPE=admin] [LUMIS=100]
	@test "$(origin USER)" = "command line" || { echo "say for whom: make token USER=name [SCOPE=admin] [LUMIS=100]" >&2; exit 1; }
	@$(LOCAL) token "$(USER)" --scope "$(SCOPE)" --lumis "$(or $(LUMIS),0)"

test: servers tools ## Run all tests; ARGS=… goes to pytest instead, as ARGS=tests/unit/ledger
ifdef ARGS
	@$(PY) -m pytest $(ARGS)
else
	@$(PY) -m pytest -n 2 --dist loadfile tests/unit
	@echo "Now two halves side by side, each shown when it has ended"
	@$(MAKE) --jobs=2 --keep-going --output-sync=target test-parts test-whole
endif

.PHONY: test-parts test-whole
test-parts:
	@$(PY) -m pytest tests/contract tests/integration

test-whole:
	@$(PY) -m pytest tests/chaos tests/e2e

check: install ## What CI runs beside the tests: ruff, formatting, types, import rules, generated documents
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(PACKAGES) deploy tests
	PYTHONPATH=. .venv/bin/lint-imports
	$(PY) -m deploy.specs --check

bench: servers ## Measure speed and memory (ONLY=bus for one)
	@set -e; for file in tests/benchmarks/bench_$(or $(ONLY),*).py; do \
		name=$$(basename $$file .py); echo "== $$name"; $(PY) -m tests.benchmarks.$$name; done

bench-ocr: install ## Score and time the offline engine on papers with a truth (FOLDER=…), with an HTML report
	@$(PY) -m tests.benchmarks.bench_ocr $(FOLDER)

specs: install ## Write the generated documents: OpenAPI, AsyncAPI, the table of metrics, Grafana's dashboards
	@$(PY) -m deploy.specs

reference: install ## Write the reference of routes and events as HTML pages that need no network (build/reference)
	@$(PY) -m deploy.reference

COMPILE := -m uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header

lock: install ## Write requirements.lock anew out of the pyproject files, and out of it what each image installs
	$(PY) $(COMPILE) $(foreach name,$(WORKSPACE),--no-emit-package $(name)) pyproject.toml --group dev -o requirements.lock
	@set -e; for name in $(filter-out lumis-%,$(WORKSPACE)); do \
		$(PY) $(COMPILE) --no-annotate --no-emit-package lumis-shared --no-emit-package $$name -c requirements.lock \
			services/$$name/pyproject.toml shared/pyproject.toml -o deploy/locks/$$name.txt; done
	$(PY) $(COMPILE) --no-annotate --no-emit-package lumis-shared --no-emit-package lumis-operator -c requirements.lock \
		deploy/operator/pyproject.toml shared/pyproject.toml -o deploy/locks/operator.txt
	@echo hatchling | $(PY) $(COMPILE) --no-annotate -c requirements.lock - -o deploy/locks/build.txt

parked: install ## Messages that no retry could handle (ARGS="replay --all" puts them back)
	@$(LOCAL) parked $(or $(ARGS),list)

backup: install ## Copy all databases as they are at one moment: TO=new-folder (of the running Lumis, or of MONGODB_URL)
	@test -n "$(TO)" || { echo "say where to: make backup TO=folder" >&2; exit 1; }
	@$(PY) -m deploy.backup take "$(TO)"

restore: servers ## Put a backup into an empty server: FROM=folder (the stopped Lumis's own, or MONGODB_URL)
	@test -n "$(FROM)" || { echo "say what from: make restore FROM=folder" >&2; exit 1; }
	@$(PY) -m deploy.backup restore "$(FROM)"

clean: install ## Delete caches and the local data (.lumis), not .venv
	@$(LOCAL) clean
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
