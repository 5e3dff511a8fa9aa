# The two commands of the README are `make demo` and `make test`; both work from a bare checkout.
PYTHON ?= python3
BIN := .venv/bin
export HF_HUB_OFFLINE = 1
# setuptools warns of the editable install that is meant here.
PIP := PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check slow soak lint format persona docs lock clean

# pip keeps to constraints.txt: a looser torch pulls gigabytes of CUDA.
.venv/.demo: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) -e '.[adapter]' || $(PIP) -e .
	touch $@

.venv/.all: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) -e '.[adapter,dev]'
	touch .venv/.demo $@

demo: .venv/.demo  ## ingest examples/, answer three questions as the persona, then chat
	@PYTHON=$(BIN)/python sh examples/demo.sh

# What is here, as one word: whoever has just seen the tests pass on this very tree needn't wait for them again.
TREE = (git rev-parse HEAD && git diff HEAD && git ls-files -z -o --exclude-standard | xargs -0 -r sha256sum) 2>/dev/null

test: .venv/.all  ## the default tests: meant for five minutes, eight to twelve on two old cores
	$(BIN)/pytest
	@$(TREE) | sha256sum > .venv/.tested

check: .venv/.all lint  ## what CI runs after the tests
	$(BIN)/lint-imports
	$(BIN)/python -m docs.generate --check
	@if git rev-parse -q --verify HEAD >/dev/null 2>&1 && [ "$$( $(TREE) | sha256sum)" = "$$(cat .venv/.tested 2>/dev/null)" ]; \
	then echo "The default tests have just passed on this tree (make test)."; else $(BIN)/pytest; fi

lint: .venv/.all
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/.all
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

slow: .venv/.all  ## minutes: real models, real training steps
	$(BIN)/pytest -n 0 --timeout 1800 -m slow

soak: .venv/.all  ## long fault and load runs on loopback
	$(BIN)/pytest -n 0 -s --timeout 7200 -m soak

persona: .venv/.all  ## train Alex's adapter again from its data, and prove it
	$(BIN)/python -m bot persona train alex
	$(BIN)/python -m bot persona eval alex

docs: .venv/.all
	$(BIN)/python -m docs.generate

lock: .venv/.all  ## after an upgrade that passes all tests: what is installed becomes constraints.txt
	(sed -n '/^#/p' constraints.txt; $(BIN)/pip freeze --exclude-editable | sed 's/+cpu//') > constraints.new
	mv constraints.new constraints.txt

clean:
	rm -rf .venv build *.egg-info
