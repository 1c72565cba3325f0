"""The secrets of the containers: random, private, and the same when they are written again."""

import hashlib
import json
import stat
from pathlib import Path

from embedded.compose_secrets import write_all
from embedded.credentials import read_credentials


def dotenv(root: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (root / ".env").read_text().splitlines())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_private(tmp_path: Path) -> None:
    credentials = write_all(tmp_path, {})
    assert mode(tmp_path / ".env") == 0o600
    assert mode(credentials) == 0o600
    assert mode(credentials.parent / "secrets.json") == 0o600
    assert mode(credentials.parent) == 0o700, "what is in there for a container is closed to others here"


def test_secrets_are_random_and_kept(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for root in (here, there):
        root.mkdir()
        write_all(root, {})
    first = dotenv(here)
    assert not {first[name] for name in first if not name.endswith("_PORT")} & set(dotenv(there).values())
    write_all(here, {})
    assert dotenv(here) == first


def test_secrets_of_an_older_version_are_kept_and_completed(tmp_path: Path) -> None:
    write_all(tmp_path, {})
    file = tmp_path / ".local" / "compose" / "secrets.json"
    first = json.loads(file.read_text())
    older = {name: value for name, value in first.items() if name != "postgres_service_password"}
    file.write_text(json.dumps(older))
    write_all(tmp_path, {})
    completed = json.loads(file.read_text())
    assert completed.pop("postgres_service_password") not in ("", first["postgres_service_password"])
    assert completed == older


def test_the_superusers_password_is_told_to_migrations_only() -> None:
    services = Path("compose.yaml").read_text().partition("\nservices:\n")[2]
    told = [part.partition(":")[0].strip() for part in services.split("\n\n  ") if "${POSTGRES_PASSWORD" in part]
    assert told == ["postgres", "migrate"]


def test_the_containers_are_told_hashes(tmp_path: Path) -> None:
    path = write_all(tmp_path, {})
    credentials = read_credentials(path)
    assert credentials is not None
    hashes = {token["sha256"] for token in json.loads((path.parent / "tokens.json").read_text())["tokens"]}
    told = dotenv(tmp_path)
    clear = (credentials.eventrail.admin_token, credentials.eventrail.append_token, credentials.eventrail.read_token)
    for token in (*clear, told["ASSESSMENT_EVENTRAIL_TOKEN"]):
        assert hashlib.sha256(token.encode()).hexdigest() in hashes
    operator = hashlib.sha256(credentials.assessment.operator_token.encode()).hexdigest()
    assert told["ASSESSMENT_OPERATOR_TOKEN_SHA256"] == operator
    assert not set(clear) & set(told.values())


def test_ports_are_told_once_for_all(tmp_path: Path) -> None:
    credentials = read_credentials(write_all(tmp_path, {"EVENTRAIL_PORT": "5100", "NATS_PORT": ""}))
    assert credentials is not None
    assert credentials.eventrail.url == "http://127.0.0.1:5100"
    assert credentials.nats_url.endswith("@127.0.0.1:4222")
    assert (dotenv(tmp_path)["EVENTRAIL_PORT"], dotenv(tmp_path)["NATS_PORT"]) == ("5100", "4222")
