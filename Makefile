# Two commands to begin with: `make demo` and `make test`.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
EVAL   ?= ../shared/eval
HALF   ?= test
STAMP  := $(VENV)/.installed

.PHONY: help demo test test-clips test-wheel lint format samples docs site wheel bench bench-detect bench-real bench-leak \
        bench-attack bench-audit bench-case bench-cluster bench-speed bench-kill test-cluster \
        recordings train-smoke clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(STAMP): pyproject.toml hatch_build.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev,samples]'
	$(BIN)/python -W ignore::RuntimeWarning -m redact.detection.opencv || $(MAKE) headless
	@touch $@

.PHONY: headless
headless:  ## swap in the OpenCV build that needs no display libraries
	$(BIN)/python -m pip uninstall --quiet --yes opencv-contrib-python
	$(BIN)/python -m pip install --quiet --force-reinstall --no-deps opencv-contrib-python-headless

demo: $(STAMP)  ## redact the sample and say where the result is
	$(BIN)/python samples/demo.py

test: lint  ## lint and all tests
	$(BIN)/python -m pytest -n 2

test-clips: $(STAMP)  ## every clip of the shared footage through the whole run, many minutes
	REDACT_ALL_CLIPS=1 $(BIN)/python -m pytest -n 2 tests/pipeline/test_clips.py tests/cli/test_recordings.py

test-cluster: $(STAMP)  ## runs on a dask cluster of two workers, which other tests skip
	$(BIN)/python -m pip install --quiet --editable '.[cluster]'
	$(BIN)/python -m pytest tests/batch

test-wheel: $(STAMP)  ## build wheel and sdist, install the wheel in a fresh environment, run it there
	REDACT_WHEEL=1 $(BIN)/python -m pytest tests/packaging

lint: $(STAMP)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy redact

format: $(STAMP)  ## let ruff rewrite the sources
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

samples: $(STAMP)  ## make samples/street.mp4 anew
	$(BIN)/python samples/make_sample.py samples/street.mp4

recordings: $(STAMP)  ## make docs/recordings anew
	$(BIN)/python -m docs.record

docs: $(STAMP)  ## make docs/cli.md, the man page and the JSON schemas anew
	$(BIN)/python -m docs.generate

site: $(STAMP)  ## make the pages of docs/ into a site in site/, which needs no network to be read
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

wheel: $(STAMP)  ## build dist/*.whl with everything that a run needs, and the sdist
	$(BIN)/python -m pip install --quiet build
	REDACT_REQUIRE_MODELS=1 $(BIN)/python -m build

bench: bench-detect bench-real bench-leak bench-attack bench-audit  ## all benchmarks, hours

bench-detect: $(STAMP)  ## detector against others, needs annotated stills (EVAL=folder)
	$(BIN)/python -m benchmarks.detect --eval $(EVAL)

bench-real: $(STAMP)  ## leaks and stray masks on real footage labelled by eye, test half
	$(BIN)/python -m benchmarks.real --half $(HALF)

bench-leak: $(STAMP)  ## leaked frames and tracks against others
	$(BIN)/python -m benchmarks.leak --half $(HALF)

bench-attack: $(STAMP)  ## re-identification of redacted faces and plates
	$(BIN)/python -m benchmarks.attack

bench-audit: $(STAMP)  ## planted leaks found, false alarms a minute
	$(BIN)/python -m benchmarks.audit

bench-case: $(STAMP)  ## twenty mixed files, stopped three times, resumed, compared
	$(BIN)/python -m benchmarks.case

bench-cluster: $(STAMP)  ## one and two workers of dask, 2 to 64 reckoned
	$(BIN)/python -m pip install --quiet --editable '.[cluster]'
	$(BIN)/python -m benchmarks.cluster

bench-speed: $(STAMP)  ## cost of a run beside a plain transcode; goes on where it was stopped (DEFACE=command)
	$(BIN)/python -m benchmarks.speed --growth --folder build/speed $(if $(DEFACE),--deface '$(DEFACE)') \
	    $(if $(MINUTES),--minutes $(MINUTES))

bench-kill: $(STAMP)  ## a batch killed at 200 random moments ends as an undisturbed one
	$(BIN)/python -m benchmarks.kill

train-smoke: $(STAMP)  ## the whole training chain on a handful of generated images
	$(BIN)/python -m pip install --quiet -r training/requirements.txt
	$(BIN)/python -m training.smoke

clean:  ## remove the environment and everything made
	rm -rf $(VENV) dist build site samples/out
