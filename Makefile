# Two commands do all the set-up: `make run` and `make test`.
PORT ?= 8501
PYTHON ?= python3
BIN := .venv/bin
# A file's tests stay together, for they share what is dear to set up.
SIDE_BY_SIDE := --numprocesses 2 --dist loadfile --no-loadscope-reorder

.PHONY: run test test-all check demo benchmark bench-explore bench-projection bench-viewers leaderboard clean

run: .venv/ready
	$(BIN)/streamlit run dashboard/app.py --server.port $(PORT) --server.headless true

test: .venv/tests-ready
	@sh tests/browser/ensure-chromium.sh
	@sh tests/end_to_end/ensure-stilts.sh
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

# Adds what takes minutes: scikit-learn's whole contract on models of every size.
test-all: .venv/tests-ready
	@sh tests/browser/ensure-chromium.sh
	@sh tests/end_to_end/ensure-stilts.sh
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "slow or not slow"

check: .venv/tests-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

demo: .venv/ready
	$(BIN)/qsovae simulate data/demo.fits --rows 16000 --seed 1
	$(BIN)/qsovae train data/demo.fits --label class_true --run demo --seed 1 \
	  --runs checkpoints --overwrite

# Measures anew and renews the README's tables; the pages need a Chromium, matching and check STILTS.
benchmark: .venv/tests-ready
	@sh tests/browser/ensure-chromium.sh
	@sh tests/end_to_end/ensure-stilts.sh
	$(BIN)/python benchmarks/accuracy.py --readme README.md
	$(BIN)/python benchmarks/speed.py --readme README.md
	$(BIN)/python benchmarks/training.py --readme README.md
	$(BIN)/python benchmarks/evaluation.py --readme README.md
	$(BIN)/python benchmarks/evaluate_page.py --readme README.md
	$(BIN)/python benchmarks/matching.py --readme README.md
	$(BIN)/python benchmarks/check.py --readme README.md
	$(BIN)/python benchmarks/simulate.py --readme README.md
	$(BIN)/python benchmarks/mock.py --readme README.md

# One JSON object a line and size: Explore in a Chromium, beside a page of Plotly's.
bench-explore: .venv/tests-ready
	@sh tests/browser/ensure-chromium.sh
	@$(BIN)/python benchmarks/explore.py

# How truly and how soon rows are laid out and placed; how soon those near an object are found.
bench-projection: .venv/tests-ready
	@$(BIN)/python benchmarks/projection.py
	@$(BIN)/python benchmarks/nearness.py

# Thirty browsers at once, which draw on the cores that the server needs: each rests for half a
# minute between clicks. Some ten minutes, and 6 GB beside the server's.
bench-viewers: .venv/tests-ready
	@sh tests/browser/ensure-chromium.sh
	@$(BIN)/python benchmarks/viewers.py --think 30 --clicks 5
	@$(BIN)/python benchmarks/replay.py --clicks 6

# Hours from nothing; measures only what docs/leaderboard/results.jsonl lacks.
leaderboard: .venv/leaderboard-ready
	$(BIN)/python -W ignore benchmarks/leaderboard.py

.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "qsovae needs Python 3.11 or newer: make PYTHON=python3.11 run"; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { echo "python cannot make an environment: on Debian, apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@# umap-learn compiles for a dozen seconds when first imported: now, not at a click.
	@$(BIN)/python -W ignore -c 'import umap.umap_'
	@touch $@

.venv/tests-ready: .venv/ready requirements-test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@

# With requirements.txt once more, so that torch and the rest keep their pins.
.venv/leaderboard-ready: .venv/ready requirements-benchmark.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  -r requirements.txt -r requirements-benchmark.txt
	@touch $@

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
