"""Containers: no default secret, nothing open beyond this machine, no root, nothing that was not locked by hash."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.tidy.tree import ROOT

DOCKERFILES = ("services/eventrail/Dockerfile", "services/assessment/Dockerfile")


def optional_secrets(text: str) -> list[str]:
    """Secrets that could be left out: each must be of the form ${NAME:?…}."""
    return [found for found in re.findall(r"\$\{[^}]*\}", text) if is_secret(found) and ":?" not in found]


def is_secret(variable: str) -> bool:
    return any(word in variable.partition(":")[0] for word in ("PASSWORD", "TOKEN", "SECRET", "SHA256"))


def open_ports(compose: dict[str, Any]) -> Iterator[str]:
    for name, service in compose["services"].items():
        for port in service.get("ports", ()):
            if not str(port).startswith("127.0.0.1:"):
                yield f"{name}: {port}"


def careless(dockerfile: str) -> Iterator[str]:
    users = re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE)
    if not users or users[-1].partition(":")[0] in {"root", "0"}:
        yield "runs as root"
    for command in re.findall(r"pip .*?install[^\n]*", dockerfile):
        if "--require-hashes" not in command:
            yield f"installs without hashes: {command}"


def test_compose_has_no_default_secret_and_opens_nothing() -> None:
    text = (ROOT / "compose.yaml").read_text()
    assert len([found for found in re.findall(r"\$\{[^}]*\}", text) if is_secret(found)]) > 4
    assert optional_secrets(text) == []
    assert list(open_ports(yaml.safe_load(text))) == []


def test_every_container_that_can_be_asked_has_a_health_check() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    unasked = {name for name, service in compose["services"].items() if "healthcheck" not in service}
    # nats is asked by nats-health, eventrail by its image, and migrate ends
    assert unasked == {"nats", "eventrail", "migrate"}
    assert "HEALTHCHECK" in (ROOT / DOCKERFILES[0]).read_text()


def test_images_run_without_root_from_their_lock() -> None:
    for path in DOCKERFILES:
        assert list(careless((ROOT / path).read_text())) == [], path


def test_controls() -> None:
    assert optional_secrets("x: ${NATS_PASSWORD:-nats} ${API_TOKEN} ${PORT:-1} ${NATS_PASSWORD:?set it}") == [
        "${NATS_PASSWORD:-nats}",
        "${API_TOKEN}",
    ]
    assert list(open_ports({"services": {"a": {"ports": ["1:1", "127.0.0.1:2:2"]}, "b": {}}})) == ["a: 1:1"]
    assert list(careless("FROM x\nRUN pip install y\n")) == ["runs as root", "installs without hashes: pip install y"]
    assert list(careless("USER 0:0\n")) == ["runs as root"]
