set shell := ["bash", "-euo", "pipefail", "-c"]
set positional-arguments

python := justfile_directory() / ".venv/bin/python"
bin := justfile_directory() / ".venv/bin"
credentials := env("CREDENTIALS", ".local/credentials.json")
jobs := env("TEST_JOBS", "2")

kills := "tests/integration/engine/test_kill.py tests/integration/eventrail/test_kill.py"
system_calls := "tests/integration/engine/test_system_calls.py"
cuts := "tests/integration/engine/test_torn_batches.py"
bits := "tests/integration/engine/test_bit_flips.py"
power_cuts := "tests/power_cuts"
nats_faults := "tests/integration/eventrail/test_nats_faults.py"
pairs := "tests/integration/assessment_http/test_pairs.py"
schemas := "tests/integration/assessment_http/schemas"
races := "tests/integration/assessment_http/test_races.py"

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
    @CREDENTIALS={{ quote(credentials) }} exec {{ python }} -m tests.kit.demo "$@"

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

# All tests but the benchmarks and the power cuts; no Docker, no installed server (TEST_JOBS)
test *arguments: setup
    {{ python }} -m pytest -n {{ jobs }} --ignore=tests/benchmarks --ignore=tests/power_cuts "$@"

# The suites that need servers, on containers of postgres:18 and nats:2.15
test-containers *arguments: setup
    TEST_BACKENDS=containers TESTCONTAINERS_RYUK_DISABLED=true {{ python }} -m pytest -n {{ jobs }} tests/contract tests/integration --ignore=tests/integration/engine "$@"

# Every proof with counts for each day, as far as strace and loop devices can be had here; in full: prove-…
prove *arguments: setup
    KILL_CYCLES="${KILL_CYCLES:-500}" SERVER_KILLS="${SERVER_KILLS:-50}" SYSTEM_CALL_STRIDE="${SYSTEM_CALL_STRIDE:-7}" \
      BIT_FLIP_STRIDE="${BIT_FLIP_STRIDE:-97}" SECTOR_DAMAGES="${SECTOR_DAMAGES:-1000}" TORN_STRIDE="${TORN_STRIDE:-1}" \
      POWER_CUTS="${POWER_CUTS:-200}" SIMULATION_HISTORIES="${SIMULATION_HISTORIES:-10000}" \
      NATS_FAULTS="${NATS_FAULTS:-20}" ROUNDS="${ROUNDS:-100}" PAIRS="${PAIRS:-50}" SCHEMA_CASES="${SCHEMA_CASES:-1000}" \
      {{ python }} -m pytest -n {{ jobs }} --dist worksteal -rP --timeout=3600 --durations=20 \
      {{ kills }} {{ bits }} {{ cuts }} tests/simulation {{ nats_faults }} {{ races }} {{ pairs }} {{ schemas }} \
      $(! strace -o /dev/null true 2>/dev/null || echo {{ system_calls }}) \
      $([ "$(id -u)" != 0 ] || ! losetup --find >/dev/null 2>&1 || echo {{ power_cuts }}) "$@"

# SIGKILL at random moments, of the engine and of the whole server (KILL_CYCLES, SERVER_KILLS, KILL_SEED)
prove-kills *arguments: setup
    KILL_CYCLES="${KILL_CYCLES:-10000}" SERVER_KILLS="${SERVER_KILLS:-500}" \
      {{ python }} -m pytest -s --timeout=0 {{ kills }} "$@"

# SIGKILL, EIO and ENOSPC at each system call, by strace, in recovery too (SYSTEM_CALL_STRIDE, SYSTEM_CALL_SEED)
prove-system-calls *arguments: setup
    SYSTEM_CALL_STRIDE="${SYSTEM_CALL_STRIDE:-1}" {{ python }} -m pytest -s --timeout=0 {{ system_calls }} "$@"

# The last batches cut at each byte and without each subset of their sectors (TORN_STRIDE, TORN_RANDOM, TORN_SEED)
prove-cuts *arguments: setup
    TORN_STRIDE="${TORN_STRIDE:-1}" TORN_RANDOM="${TORN_RANDOM:-10000}" \
      {{ python }} -m pytest -s --timeout=0 {{ cuts }} "$@"

# Each bit of a small log flipped, its sectors damaged (BIT_FLIP_STRIDE, SECTOR_DAMAGES, BIT_FLIP_JOBS, BIT_FLIP_SEED)
prove-bits *arguments: setup
    BIT_FLIP_STRIDE="${BIT_FLIP_STRIDE:-1}" SECTOR_DAMAGES="${SECTOR_DAMAGES:-100000}" \
      BIT_FLIP_JOBS="${BIT_FLIP_JOBS:-{{ jobs }}}" {{ python }} -m pytest -s --timeout=0 {{ bits }} "$@"

# The power of an ext4 disk cut under the engine; needs root and a loop device (POWER_CUTS, POWER_CUT_SEED)
prove-power-cuts *arguments: setup
    POWER_CUTS="${POWER_CUTS:-2000}" {{ python }} -m pytest -s --timeout=0 {{ power_cuts }} "$@"

# Commands against commands and crashes, over HTTP and in the simulation (ROUNDS)
prove-races *arguments: setup
    ROUNDS="${ROUNDS:-100}" {{ python }} -m pytest -s --timeout=0 {{ races }} tests/simulation/assessment "$@"

# Histories of the engine on a simulated disk (SIMULATION_HISTORIES, SIMULATION_SEED, SIMULATION_JOBS)
prove-simulation *arguments: setup
    SIMULATION_HISTORIES="${SIMULATION_HISTORIES:-100000}" SIMULATION_JOBS="${SIMULATION_JOBS:-{{ jobs }}}" \
      {{ python }} -m pytest -s --timeout=7200 tests/simulation/engine "$@"

# NATS killed, wiped, purged, rolled back and lied to, under traffic (NATS_FAULTS, NATS_SEED)
prove-nats *arguments: setup
    NATS_FAULTS="${NATS_FAULTS:-200}" {{ python }} -m pytest -s --timeout=7200 {{ nats_faults }} "$@"

# Hostile and mutated spreadsheets at a web process: answers, seconds, memory (IMPORT_FUZZ_FILES, IMPORT_FUZZ_SEED)
prove-imports *arguments: setup
    IMPORT_FUZZ_FILES="${IMPORT_FUZZ_FILES:-1000}" {{ python }} -m pytest -s --timeout=7200 tests/integration/assessment_http/test_imports_under_fire.py "$@"

# Pairs of assessments that differ only in what is right, and a candidate who can't tell them apart (PAIRS, PAIRS_SEED)
prove-pairs *arguments: setup
    PAIRS="${PAIRS:-200}" {{ python }} -m pytest -s --timeout=7200 {{ pairs }} "$@"

# schemathesis against both OpenAPI documents of the running services (SCHEMA_CASES, SCHEMA_SECONDS, SCHEMA_SEED)
prove-schemas *arguments: setup
    SCHEMA_CASES="${SCHEMA_CASES:-24000}" {{ python }} -m pytest -s --timeout=0 {{ schemas }} "$@"

# Ask Eventrail, UmaDB and JetStream the same, and write docs/comparison.md (needs strace)
compare-answers *arguments: setup
    {{ python }} -m tests.comparison "$@"

# Branch coverage of the engine by its own tests, 98 % at the least
cover *arguments: setup
    mkdir -p .local
    COVERAGE_FILE=.local/coverage {{ bin }}/coverage run --branch --source=eventrail.log -m pytest -q tests/unit/log tests/simulation/engine "$@"
    COVERAGE_FILE=.local/coverage {{ bin }}/coverage report --skip-covered --show-missing --fail-under=98

# Change the engine in one place at a time and see its tests fail, 90 % at the least (modules, --own)
mutate *arguments: setup
    {{ python }} -m tests.kit.mutation "$@"

# Measure; not part of `test`
benchmark *arguments: setup
    {{ python }} -m pytest -s tests/benchmarks "$@"

# Eventrail beside UmaDB, PostgreSQL and JetStream in one run (--quick, --rounds, --only, --log, --profiles); needs h2load
bench *arguments: setup
    {{ python }} -m tests.benchmarks.race "$@"

# The tables made from a log by the live executor and by the bulk one (a directory that is kept, --events, --rounds)
bench-rebuild *arguments: setup
    {{ python }} -m tests.benchmarks.rebuild "$@"

# Submissions through the service and through a plain CRUD twin of it, in one run (--quick, --rounds, --connections, --profiles)
bench-submit *arguments: setup
    {{ python }} -m tests.benchmarks.submit "$@"

# Serve a log of ten million events, 5 GB: start, memory, reads, appends (a directory that is kept, --events, --calls)
large-log *arguments: setup
    {{ python }} -m tests.benchmarks.large_log "$@"

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
    .ci/compose down "$@"
