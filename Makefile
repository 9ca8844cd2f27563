# Every target says what it does; `make help` lists them. Nothing needs to be activated: all run in .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUNS ?= runs
SEEDS ?= 8
TRAIN_VENV ?= .venv-train
TORCH ?=
STDLIB = $(shell $(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
N ?= 60
DOCS ?=
MBPP ?=
B ?= *
JOBS ?= 3
VLLM ?= $(HOME)/.cache/aiev/vllm

.DEFAULT_GOAL := help
.PHONY: help install run test test-vllm test-train check lint types imports docs acceptance precision gate-demo preferences bench clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

$(BIN)/aiev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

install: $(BIN)/aiev ## Create .venv with aiev and the tools for its development

run: install ## Make dialogues from shipped snippets with the embedded model (1.1 GB, fetched once): runs/first.db (SEEDS=8)
	$(BIN)/aiev models fetch
	@mkdir -p $(RUNS)
	$(BIN)/aiev teach --limit $(SEEDS) --db $(RUNS)/first.db

test: install ## Run the tests (real sandboxes, real embedded model, real SQLite, real browser), JOBS=3 files at once
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

test-vllm: install ## Run the tests of a real vLLM server on the CPU; makes its environment once (3 GB in VLLM=~/.cache/aiev/vllm)
	tests/real_vllm/prepare.sh $(VLLM) $$($(BIN)/aiev models fetch smollm2-135m-instruct | sed 's/^[^:]*: //')
	AIEV_VLLM=$(VLLM)/venv/bin/vllm AIEV_VLLM_MODEL=$(VLLM)/smollm2 $(BIN)/python -m pytest tests/real_vllm

test-train: ## Run the tests that load and train on exported files (PyTorch, TRL), in an environment of their own (TORCH=torch==VERSION for a build of your choice)
	$(PYTHON) -m venv $(TRAIN_VENV)
	$(if $(TORCH),$(TRAIN_VENV)/bin/python -m pip install --quiet --disable-pip-version-check '$(TORCH)')
	$(TRAIN_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,train,plots]'
	$(TRAIN_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps 'axolotl>=0.19' 'llamafactory>=0.9.5' addict colorama # only what reads data files; with all they need they would not fit each other
	$(TRAIN_VENV)/bin/python -m pytest tests/dataset tests/student

check: lint types imports test ## All that CI checks: ruff, mypy, import-linter, pytest with the docs checks

lint: install ## ruff, rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## mypy, strict
	$(BIN)/mypy

imports: install ## import-linter: imports point one way
	$(BIN)/lint-imports

docs: install ## Generate what docs and configs/default.toml take from the code: diagrams, commands, schema, settings
	$(BIN)/python docs/generate.py

acceptance: install ## Acceptance and rounds of both small models over 24 functions each (over an hour on 2 cores)
	$(BIN)/aiev models fetch smollm2-135m-instruct qwen2.5-coder-1.5b-instruct
	@mkdir -p $(RUNS)
	$(BIN)/aiev teach $(STDLIB) --limit 24 --config smollm2 --db $(RUNS)/acceptance.db
	$(BIN)/aiev teach $(STDLIB) --limit 24 --db $(RUNS)/acceptance.db
	$(BIN)/aiev stats $(RUNS)/acceptance.db

precision: install ## Judge what is accepted by hidden tests of HumanEval and MBPP: runs/precision/ (N=60 problems of each, MBPP=file; DOCS=docs writes the figures there)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[plots]'
	PYTHONPATH=tests $(BIN)/python -m precision --out $(RUNS)/precision --number $(N) $(if $(MBPP),--mbpp $(MBPP)) $(if $(DOCS),--docs $(DOCS))

gate-demo: install ## Two gates on real models without a GPU, one that opens and one that stays shut: runs/gate-*.db (under an hour)
	AIEV=$(BIN)/aiev PYTHON=$(BIN)/python docs/gate_demo.sh $(RUNS)

preferences: ## Margin and accuracy on held-out pairs under DPO, RPO, KTO and a control (after test-train; hours on 2 cores): runs/preference-gain (PAIRS=folder of an export, or MBPP=file)
	PYTHONPATH=tests $(TRAIN_VENV)/bin/python -m student.preference_gain --out $(RUNS)/preference-gain $(if $(PAIRS),--pairs $(PAIRS)) $(if $(MBPP),--mbpp $(MBPP))

bench: install ## Print the benchmarks' figures (B=name for one)
	@shopt -s nullglob; files=(tests/bench/bench_$(B).py); \
	if [ $${#files[@]} -eq 0 ]; then echo "no benchmark named $(B) in tests/bench" >&2; exit 2; fi; \
	for file in "$${files[@]}"; do $(BIN)/python $$file || exit 1; done

clean: ## Remove environments and caches (databases under runs/ stay)
	rm -rf $(VENV) $(TRAIN_VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist
