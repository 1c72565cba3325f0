"""Runs of schemathesis against a running service, each with a seed that plays it again."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]
ST = Path(sys.executable).with_name("st")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
REQUEST_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Service:
    """document: as it is published; left_out: addresses that never end their answer."""

    name: str
    url: str
    document: Mapping[str, Any]
    stock: Mapping[str, Any]
    left_out: tuple[str, ...] = ()

    @property
    def operations(self) -> tuple[str, ...]:
        """Of each address that is asked."""
        asked = [methods for path, methods in self.document["paths"].items() if path not in self.left_out]
        return tuple(operation["operationId"] for methods in asked for operation in methods.values())


@dataclass(frozen=True, slots=True)
class Slice:
    """phases: of coverage, fuzzing and stateful; each: about how many cases for an operation."""

    seed: int
    phases: tuple[str, ...] = ("coverage", "fuzzing", "stateful")
    each: int = 20


@dataclass(slots=True)
class Findings:
    """granted: by operation, how many requests were answered with 2xx."""

    cases: int = 0
    failures: list[str] = field(default_factory=list)
    granted: Counter[str] = field(default_factory=Counter)
    tested: int = 0

    def add(self, report: Mapping[str, Any], output: str) -> None:
        assert report["complete"] or report["test_cases"]["unique_failures"], output
        assert not report["errors"], output
        self.cases += report["test_cases"]["generated"]
        self.tested = max(self.tested, report["operations"]["tested"])
        if report["test_cases"]["unique_failures"] or report["failures"]:
            self.failures.append(output)


def run(service: Service, part: Slice, directory: Path, findings: Findings) -> None:
    """Run one slice to its end and add what it found."""
    files = {name: directory / f"{service.name}-{name}.json" for name in ("document", "stock", "report", "granted")}
    files["document"].write_text(json.dumps(service.document))
    files["stock"].write_text(json.dumps(service.stock))
    files["report"].unlink(missing_ok=True)
    files["granted"].write_text("")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.integration.assessment_http.schemas.hooks",
        "SCHEMA_STOCK": str(files["stock"]),
        "SCHEMA_SEED": str(part.seed),
        "SCHEMA_GRANTED": str(files["granted"]),
        "COLUMNS": "200",
    }
    command = [str(ST), *_arguments(service, part, files["document"], files["report"])]
    finished = subprocess.run(
        command,
        env=environment,
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    text = finished.stdout
    assert files["report"].exists(), text
    findings.add(json.loads(files["report"].read_text()), text)
    findings.granted.update(dict.fromkeys(service.operations, 0))
    findings.granted.update(files["granted"].read_text().split())


def _arguments(service: Service, part: Slice, document: Path, report: Path) -> Sequence[str]:
    left_out = [argument for path in service.left_out for argument in ("--exclude-path", path)]
    return (
        *("run", str(document), "--url", service.url, "--checks", ",".join(CHECKS)),
        *("--phases", ",".join(part.phases), "--max-examples", str(part.each), "--seed", str(part.seed)),
        *("--continue-on-failure", "--no-shrink", "--warnings", "off", "--suppress-health-check", "all"),
        *("--request-timeout", str(REQUEST_SECONDS), "--report", "json", "--report-json-path", str(report), *left_out),
    )
