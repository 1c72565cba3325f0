"""Writes what compose.yaml asks for, at random and once: `python -m embedded.compose_secrets`.

`.env` for compose and `.local/compose/` for people and for the containers. Run again it keeps every secret.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from embedded.credentials import credentials_of, read_credentials, write_credentials
from embedded.failures import ServerFailed
from embedded.private_file import write_private
from embedded.secrets_file import Secrets, load_or_create, sha256_hex, tokens_document

PORTS: Mapping[str, str] = {
    "EVENTRAIL_PORT": "4100",
    "ASSESSMENT_PORT": "4200",
    "POSTGRES_PORT": "5432",
    "NATS_PORT": "4222",
}
READABLE_INSIDE = 0o644  # hashes only, below a closed directory; the container's user is not this one


def write_all(root: Path, environment: Mapping[str, str]) -> Path:
    """Returns the file of credentials. Raises ServerFailed if a file of ours is damaged."""
    directory = root / ".local" / "compose"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)
    secrets = load_or_create(directory / "secrets.json")
    ports = {name: environment.get(name) or default for name, default in PORTS.items()}
    tokens = directory / "tokens.json"
    write_private(tokens, tokens_document(secrets))
    tokens.chmod(READABLE_INSIDE)
    write_private(root / ".env", _dotenv(secrets, ports))
    path = directory / "credentials.json"
    made = credentials_of(
        secrets,
        eventrail_url=f"http://127.0.0.1:{ports['EVENTRAIL_PORT']}",
        assessment_url=f"http://127.0.0.1:{ports['ASSESSMENT_PORT']}",
        nats_url=f"nats://eventrail:{secrets.nats_password}@127.0.0.1:{ports['NATS_PORT']}",
        postgres_url=f"postgresql://assessment:{secrets.postgres_password}@127.0.0.1:{ports['POSTGRES_PORT']}/assessment",
        known=read_credentials(path),
    )
    write_credentials(path, made)
    return path


def _dotenv(secrets: Secrets, ports: Mapping[str, str]) -> str:
    values = {
        "POSTGRES_PASSWORD": secrets.postgres_password,
        "POSTGRES_SERVICE_PASSWORD": secrets.postgres_service_password,
        "NATS_PASSWORD": secrets.nats_password,
        "ASSESSMENT_EVENTRAIL_TOKEN": secrets.assessment_token,
        "ASSESSMENT_OPERATOR_TOKEN_SHA256": sha256_hex(secrets.operator_token),
        **ports,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def main() -> int:
    try:
        path = write_all(Path.cwd(), os.environ)
    except ServerFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write(f"Written: .env, and the credentials in {path.relative_to(Path.cwd())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
