"""The file that tells a person, a demo or a test where everything is and how to get in."""

from pathlib import Path

import msgspec

from embedded.failures import ServerFailed
from embedded.private_file import write_private
from embedded.secrets_file import Secrets


class EventrailAccess(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    admin_token: str
    append_token: str
    read_token: str


class AssessmentAccess(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Without an employer until the first one was created."""

    url: str
    operator_token: str
    employer_id: str | None = None
    employer_key: str | None = None


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    eventrail: EventrailAccess
    assessment: AssessmentAccess
    nats_url: str
    postgres_url: str


def credentials_of(
    made: Secrets,
    *,
    eventrail_url: str,
    assessment_url: str,
    nats_url: str,
    postgres_url: str,
    known: Credentials | None = None,
) -> Credentials:
    """With the employer of the credentials that are known already."""
    return Credentials(
        eventrail=EventrailAccess(
            url=eventrail_url,
            admin_token=made.admin_token,
            append_token=made.append_token,
            read_token=made.read_token,
        ),
        assessment=AssessmentAccess(
            url=assessment_url,
            operator_token=made.operator_token,
            employer_id=known.assessment.employer_id if known else None,
            employer_key=known.assessment.employer_key if known else None,
        ),
        nats_url=nats_url,
        postgres_url=postgres_url,
    )


def read_credentials(path: Path) -> Credentials | None:
    """None where there is no file. Raises ServerFailed if it can't be understood."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Credentials)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise ServerFailed(str(path), f"this file is damaged, and is made again if you remove it: {error}") from None


def write_credentials(path: Path, credentials: Credentials) -> None:
    write_private(path, msgspec.json.format(msgspec.json.encode(credentials)).decode() + "\n")
