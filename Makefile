# Two commands: `make demo` and `make test`. Everything else is for those who work on the project.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SEED ?= 1
SERVE ?= 1

# What the tests and the pictures need from the system (Debian's names).
PACKAGES := fonts-noto-cjk postgresql libreoffice-calc libreoffice-writer libreoffice-impress poppler-utils chromium-headless-shell

# A file, or files that share a server, to a worker; the longest first (tests/conftest.py says which). One worker more
# than cores, as a test in the browser often waits for its server.
ON_ALL_CORES := -n $(shell expr $$(nproc) + 1) --dist loadgroup --no-loadscope-reorder --durations=20

# Every test starts processes of ours: they must not compile all of it again, whatever the machine thinks of it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-long check style types layers campaigns documented docs bench gallery serve clean install system

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --retries 1 --upgrade pip || true  # Python brings one that takes twice as long
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e '.[dev]'
	@$(BIN)/python -m compileall -qq -j 0 -x '/tests?/' $(VENV)/lib src || true  # pip would do it on one core, with the tests of others
	@touch $@

# Installs where it may; names the exact command where it may not.
system:
	@missing=""; \
	for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'install ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing:$$missing" >&2; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else \
	  echo "Missing:$$missing. Please run: sudo apt-get install$$missing" >&2; \
	  if [ -n "$$CI" ]; then exit 1; fi; \
	fi

# A CJK font is all that the demonstration needs from the system.
demo: PACKAGES := fonts-noto-cjk
demo: system install
	$(BIN)/pbwidgets demo --seed $(SEED)
	$(BIN)/pbwidgets report --all
	@if [ "$(SERVE)" != 0 ]; then $(MAKE) --no-print-directory serve; fi

serve: install
	$(BIN)/pbwidgets serve

check: install
	@$(MAKE) --no-print-directory --jobs=2 --output-sync types style layers campaigns documented

types style layers campaigns documented: install

types:
	$(BIN)/mypy --num-workers auto

style:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

layers:
	$(BIN)/lint-imports

campaigns:
	$(BIN)/pbwidgets check

documented:
	$(BIN)/python tests/docs/missing.py

# The guides, the commands and the reference as pages in outputs/docs/html; needs no network.
docs: install
	$(BIN)/python tests/docs/make_docs.py

test: system install
	$(BIN)/pytest $(ON_ALL_CORES)

# The laws with 200 examples each instead of 25, long matrices, the documentation, notebooks in JupyterLab and Voilà, and whether the
# benchmarks of the pages still run.
test-long: system docs
	$(BIN)/pytest $(ON_ALL_CORES) --long --hypothesis-profile=long
	$(BIN)/python tests/look_at_notebooks.py
	$(BIN)/python tests/benchmarks/bench_apps.py --rounds 1 --pages 1 --visitors 2 --seconds 2
	$(BIN)/python tests/benchmarks/bench_jobs.py --runs 1

bench: install
	$(BIN)/python tests/benchmarks/bench_reports.py
	$(BIN)/python tests/benchmarks/bench_country.py
	$(BIN)/python tests/benchmarks/bench_entries.py
	$(BIN)/python tests/benchmarks/bench_apps.py
	$(BIN)/python tests/benchmarks/bench_jobs.py
	$(BIN)/python tests/benchmarks/bench_living.py

gallery: system install
	$(BIN)/python tests/gallery.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "outputs/ and .pbwidgets/ (the store) are kept; remove them by hand if you are sure."
