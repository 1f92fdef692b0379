# Two commands to begin with: `make demo` and `make test`.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
HALF   ?= test
STAMP  := $(VENV)/.installed
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile
# Releases that were tried together, with the hash of each file: tomorrow's break nobody.
LOCKED := $(PIP) --require-hashes -r constraints

# Some images set it: then each of the commands that tests start would compile every library anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-slow test-all test-lab test-clips test-kills test-installs test-wheel coverage lint \
        format samples docs \
        site wheel bench bench-real bench-leak bench-attack bench-audit bench-speed recordings \
        release-check locks upgrade pins bounds headless clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(STAMP): pyproject.toml constraints/dev.txt constraints/redact.txt
	$(PYTHON) -m venv $(VENV)
	$(LOCKED)/dev.txt
	$(PIP) --no-build-isolation --no-deps --editable .
	$(BIN)/python -W ignore::RuntimeWarning -m redact.libraries || $(MAKE) headless
	@touch $@

headless:  ## swap in the OpenCV build that needs no display libraries
	$(BIN)/python -m pip uninstall --quiet --yes opencv-contrib-python
	$(LOCKED)/headless.txt --force-reinstall --no-deps

demo: $(STAMP)  ## redact the sample and say where the result is
	$(BIN)/python samples/demo.py

test: $(STAMP)  ## the tests that each change needs
	$(BIN)/python -m pytest -n 3 --dist worksteal

test-slow: $(STAMP)  ## the long tests, and the wheel with the oldest Python here
	REDACT_ALL=1 REDACT_WHEEL=1 $(BIN)/python -m pytest -m slow -n 3 --dist worksteal

test-all: test test-slow  ## all tests

coverage: $(STAMP)  ## which lines of redact/ no test runs, those in programs that tests start included
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 4 --dist worksteal $(TESTS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered --sort=miss

test-lab: $(STAMP)  ## the tests of the laboratory (lab/)
	$(BIN)/python -m pytest -n 4 --dist worksteal lab/tests

test-clips: $(STAMP)  ## every clip of the shared footage through the whole run, many minutes
	REDACT_ALL_CLIPS=1 $(BIN)/python -m pytest -m "" -n 2 tests/pipeline/test_clips.py tests/cli/test_recordings.py

test-kills: $(STAMP)  ## a batch killed at 200 random moments ends as an undisturbed one
	REDACT_KILLS=200 $(BIN)/python -m pytest -m "" --timeout 0 tests/pipeline/test_resume.py -k killed_at_random

test-installs: $(STAMP)  ## every way of installing that docs/start.md shows, each in a fresh environment
	REDACT_INSTALLS=1 $(BIN)/python -m pytest -m "" --timeout 3000 tests/packaging/test_documented.py

test-wheel: $(STAMP)  ## build wheel and sdist, try the wheel with every Python of this machine
	REDACT_WHEEL=sdist $(BIN)/python -m pytest -m "" tests/packaging

lint: $(STAMP)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy redact

format: $(STAMP)  ## let ruff rewrite the sources
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

samples: $(STAMP)  ## make samples/street.mp4 anew
	$(BIN)/python samples/make_sample.py samples/street.mp4

recordings: $(STAMP)  ## make docs/recordings and the picture of the page of review anew
	$(BIN)/python -m docs.record
	$(BIN)/python -m docs.screenshot

docs: $(STAMP)  ## make docs/commands.md, the man page and the JSON schemas anew
	$(BIN)/python -m docs.generate

site: $(STAMP)  ## make the pages of docs/ into a site in site/, which needs no network to be read
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

wheel: $(STAMP)  ## build dist/*.whl with everything that a run needs, and the sdist
	$(BIN)/python -m hatchling build -d dist

release-check: $(STAMP)  ## what is missing before a release
	$(BIN)/python -m lab.release

locks: $(STAMP)  ## write constraints/ anew after a change to pyproject.toml; what is pinned stays
	$(BIN)/python -m lab.locks

upgrade: $(STAMP)  ## write constraints/ anew with the newest releases within the bounds
	$(BIN)/python -m lab.locks --upgrade

pins: $(STAMP)  ## ask the registry whether every pinned release is still there
	$(BIN)/python -m lab.locks --check

bounds: $(STAMP)  ## try lowest and newest releases of the dependencies, say which bound to raise
	$(BIN)/python -m lab.installs --bounds

bench: bench-real bench-leak bench-attack bench-audit  ## all benchmarks, hours

bench-real: $(STAMP)  ## leaks and stray masks on real footage labelled by eye, test half
	$(BIN)/python -m lab.real --half $(HALF)

bench-leak: $(STAMP)  ## leaked frames and tracks against others
	$(BIN)/python -m lab.leak --half $(HALF)

bench-attack: $(STAMP)  ## re-identification of redacted faces and plates
	$(BIN)/python -m lab.attack

bench-audit: $(STAMP)  ## planted leaks found, false alarms a minute
	$(BIN)/python -m lab.audit

bench-speed: $(STAMP)  ## cost of a run beside a plain transcode
	$(BIN)/python -m lab.speed --repeat 3

clean:  ## remove the environment and everything made
	rm -rf $(VENV) dist build site samples/out
