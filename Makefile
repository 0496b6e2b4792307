# Fresh machine: `make install` sets up, `make demo` also runs the demonstration, `make test` sets up and passes the tests.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: install demo test test-slow test-kills test-all check docs bundle bench clean

install: $(VENV)/.demo

demo: $(VENV)/.demo
	$(BIN)/wardspace demo

test: $(VENV)/.test
	$(BIN)/python -m pytest --numprocesses auto -m "not slow"

# the files that have slow tests are named: collecting all of them takes half a minute
test-slow: $(VENV)/.test
	$(BIN)/python -m pytest --numprocesses auto -m "slow and not kills" $$(grep -rl --include='test_*.py' mark.slow tests)

# searches all processes of the machine, so nothing else may run the same tests meanwhile
test-kills: $(VENV)/.test
	$(BIN)/python -m pytest -m kills

test-all: test test-slow

check: $(VENV)/.check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# build/site/index.html opens and searches from a disk
docs: $(VENV)/.docs
	PYTHONPATH=docs $(BIN)/python -m website

# build/bundle installs where there is no network; .ci/offline tries it
bundle: docs
	PYTHON=$(BIN)/python packaging/bundle

bench: $(VENV)/.test
	for file in benchmarks/*.py; do echo "== $$file" && $(BIN)/python $$file || exit 1; done

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "wardspace needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)

# torch first and alone: pip then takes the pinned build where one is at hand, and the other packages find it there
$(VENV)/.torch: constraints.txt | $(VENV)/bin/python
	$(PIP) "$$(grep '^torch==' constraints.txt)"
	touch $@

$(VENV)/.%: pyproject.toml constraints.txt $(VENV)/.torch
	$(PIP) --editable '.[$(EXTRAS)]'
	touch $@

$(VENV)/.demo: EXTRAS = demo,search
$(VENV)/.docs: EXTRAS = demo,search,docs
$(VENV)/.test: EXTRAS = demo,search,deid,docs,test
$(VENV)/.check: EXTRAS = demo,search,deid,docs,test,check
