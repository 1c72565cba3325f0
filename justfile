set shell := ["bash", "-euo", "pipefail", "-c"]

python := justfile_directory() / ".venv/bin/python"
bin := justfile_directory() / ".venv/bin"
credentials := env("CREDENTIALS", ".local/credentials.json")
jobs := env("TEST_JOBS", "2")

# The recipes, each with what it does
[private]
default:
    @{{ quote(just_executable()) }} --justfile {{ quote(justfile()) }} --list --unsorted

# Make .venv as the lock says; every other recipe does so first
setup:
    @.ci/setup

# Start everything on this machine (EVENTRAIL_PORT, ASSESSMENT_PORT, LOCAL_DIRECTORY)
[no-exit-message]
up: setup
    @exec {{ python }} -m embedded.up

# Lead a question bank, three candidates and a rebuild through the running system (CREDENTIALS)
[no-exit-message]
demo *arguments: setup
    @{{ python }} -m embedded.first_employer {{ quote(credentials) }}
    @CREDENTIALS={{ quote(credentials) }} exec {{ python }} -m tests.kit.demo {{ arguments }}

# Format all Python
format: setup
    {{ bin }}/ruff format .
    {{ bin }}/ruff check --fix .

# Everything that needs no running system: format, lint, types, who imports whom, house rules
check: setup
    {{ bin }}/ruff format --check .
    {{ bin }}/ruff check .
    {{ bin }}/mypy
    {{ bin }}/lint-imports
    {{ python }} -m pytest -q tests/tidy

# All tests but the benchmarks; no Docker, no installed server (TEST_JOBS)
test *arguments: setup
    {{ python }} -m pytest -n {{ jobs }} --ignore=tests/benchmarks {{ arguments }}

# The suites that need servers, on containers of postgres:18 and nats:2.15
test-containers *arguments: setup
    TEST_BACKENDS=containers TESTCONTAINERS_RYUK_DISABLED=true {{ python }} -m pytest -n {{ jobs }} tests/contract tests/integration {{ arguments }}

# The long proofs with their full counts: kills, races, simulations (KILL_CYCLES, ROUNDS)
prove *arguments: setup
    KILL_CYCLES="${KILL_CYCLES:-300}" ROUNDS="${ROUNDS:-100}" SIMULATION_HISTORIES="${SIMULATION_HISTORIES:-10000}" \
      SIMULATION_JOBS="${SIMULATION_JOBS:-{{ jobs }}}" {{ python }} -m pytest -s --timeout=3600 --durations=0 \
      $(grep -rlE '"(KILL_CYCLES|ROUNDS|SIMULATION_HISTORIES)"' tests --include='test_*.py') {{ arguments }}

# Histories of the engine on a simulated disk (SIMULATION_HISTORIES, SIMULATION_SEED, SIMULATION_JOBS)
prove-simulation *arguments: setup
    SIMULATION_HISTORIES="${SIMULATION_HISTORIES:-100000}" SIMULATION_JOBS="${SIMULATION_JOBS:-{{ jobs }}}" \
      {{ python }} -m pytest -s --timeout=7200 tests/simulation/engine {{ arguments }}

# NATS killed, wiped, purged, rolled back and lied to, under traffic (NATS_FAULTS, NATS_SEED)
prove-nats *arguments: setup
    NATS_FAULTS="${NATS_FAULTS:-200}" {{ python }} -m pytest -s --timeout=7200 tests/integration/eventrail/test_nats_faults.py {{ arguments }}

# Ask Eventrail, UmaDB and JetStream the same, and write docs/comparison.md (needs strace)
compare-answers *arguments: setup
    {{ python }} -m tests.comparison {{ arguments }}

# Branch coverage of the engine by its own tests, 98 % at the least
cover *arguments: setup
    mkdir -p .local
    COVERAGE_FILE=.local/coverage {{ bin }}/coverage run --branch --source=eventrail.log -m pytest -q tests/unit/log tests/simulation/engine {{ arguments }}
    COVERAGE_FILE=.local/coverage {{ bin }}/coverage report --skip-covered --show-missing --fail-under=98

# Change the engine in one place at a time and see its tests fail, 90 % at the least (modules)
mutate *arguments: setup
    {{ python }} -m tests.kit.mutation {{ arguments }}

# Measure; not part of `test`
benchmark *arguments: setup
    {{ python }} -m pytest -s tests/benchmarks {{ arguments }}

# Write the generated schemas and vectors again
golden: setup
    {{ python }} -m tests.kit.golden

# Choose versions again and lock them by hash, for the workspace and for each image
lock:
    .ci/lock

# Write .env and .local/compose with random secrets, once
compose-secrets: setup
    {{ python }} -m embedded.compose_secrets

# Build and start the containers, and wait until they are healthy
compose-up: compose-secrets
    .ci/compose up --build --detach
    .ci/compose wait

# Run the demo against the containers
compose-demo: setup
    CREDENTIALS=.local/compose/credentials.json {{ quote(just_executable()) }} --justfile {{ quote(justfile()) }} demo

# Stop the containers; their volumes stay
compose-down *arguments:
    .ci/compose down {{ arguments }}
