# make demo: try it on the sample estate. make test: every test. Needs python3 (3.11 or newer), git and make.
# make prove: every fault at every moment, power cuts (as root), all that takes minutes; writes faults.txt.
# make lowest: every command with the lowest versions of the libraries that pyproject.toml admits.
VENV ?= .venv
BIN := $(VENV)/bin
LOWEST := $(VENV)-lowest
LOWEST_TESTS := tests/bad/test_command_line.py tests/test_help.py tests/test_transcripts.py tests/test_docs.py tests/test_interactive.py \
	tests/desk/test_import_units.py tests/output

.PHONY: demo test prove lowest lint types check schemas messages bench clean

demo: $(VENV)/.installed
	@sh tools/demo.sh $(BIN)/propcli

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

prove: $(VENV)/.dev
	rm -f faults.txt
	$(BIN)/python -m pytest -n auto -m prove

lowest: $(LOWEST)/.dev
	$(LOWEST)/bin/python -m pytest -n auto $(LOWEST_TESTS)

lint: $(VENV)/.dev
	$(BIN)/ruff check propcli tests tools benchmarks
	$(BIN)/ruff format --check propcli tests tools benchmarks
	$(BIN)/python tools/messages.py --check

types: $(VENV)/.dev
	$(BIN)/mypy

check: lint types test

schemas: $(VENV)/.dev
	$(BIN)/propcli schema --write schemas

messages: $(VENV)/.dev
	$(BIN)/python tools/messages.py

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/tickets.py
	$(BIN)/python benchmarks/homes.py
	$(BIN)/python benchmarks/audit.py

$(VENV)/.installed: pyproject.toml
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "propcli needs python3 3.11 or newer; this is $$(python3 --version)"; exit 1; }
	@python3 -m venv $(VENV) || \
		{ echo "python3 -m venv does not work here; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(LOWEST)/.dev: pyproject.toml tools/lowest.py
	python3 -m venv --clear $(LOWEST)
	python3 tools/lowest.py > $(LOWEST)/constraints.txt
	$(LOWEST)/bin/pip install --quiet --disable-pip-version-check -c $(LOWEST)/constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) $(LOWEST) scratch .pytest_cache .mypy_cache .ruff_cache .hypothesis
