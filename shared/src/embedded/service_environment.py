"""What our services are told through their environment."""

from collections.abc import Mapping

from embedded.credentials import Credentials
from embedded.secrets_file import Secrets, sha256_hex
from embedded.up_settings import Settings


def service_environment(
    settings: Settings, credentials: Credentials, secrets: Secrets, database_url: str
) -> Mapping[str, str]:
    """The starter's own environment, over it what this installation decides, and below it where mail goes.

    database_url: with the service's own login
    """
    return {
        "ASSESSMENT_MAIL_DIRECTORY": str(settings.directory / "mail"),
        "ASSESSMENT_MAIL_FROM": "assessments@localhost.localdomain",
        **settings.environment,
        "EVENTRAIL_DATA_DIRECTORY": str(settings.directory / "eventrail"),
        "EVENTRAIL_HOST": "127.0.0.1",
        "EVENTRAIL_PORT": str(settings.eventrail_port),
        "EVENTRAIL_NATS_URL": credentials.nats_url,
        "EVENTRAIL_TOKENS_FILE": str(settings.directory / "tokens.json"),
        "ASSESSMENT_HOST": "127.0.0.1",
        "ASSESSMENT_PORT": str(settings.assessment_port),
        "ASSESSMENT_DATABASE_URL": database_url,
        "ASSESSMENT_EVENTRAIL_URL": credentials.eventrail.url,
        "ASSESSMENT_EVENTRAIL_TOKEN": secrets.assessment_token,
        "ASSESSMENT_NATS_URL": credentials.nats_url,
        "ASSESSMENT_OPERATOR_TOKEN_SHA256": sha256_hex(secrets.operator_token),
        "ASSESSMENT_LINK_BASE_URL": credentials.assessment.url,
    }


def migration_environment(credentials: Credentials) -> Mapping[str, str]:
    """What only migrations are told: the superuser makes the roles and the service's login."""
    return {"ASSESSMENT_OWNER_DATABASE_URL": credentials.postgres_url}
