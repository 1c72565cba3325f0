"""The service's settings, read from variables ASSESSMENT_… (or files that ASSESSMENT_…_FILE name) at the start."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from servicekit.settings import read_settings

PREFIX: Final = "ASSESSMENT_"

Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
Connections = Annotated[int, msgspec.Meta(ge=1, le=500)]
PerMinute = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]


class DatabaseSettings(msgspec.Struct, frozen=True):
    """What every part needs. A stopped process frees its rows after `idle_transaction_seconds`.

    owner_database_url: for migrations and rebuilds, with another login; without it, `database_url` serves them too
    """

    database_url: str
    owner_database_url: str = ""
    unsafe_database: Literal["refused", "allowed"] = "refused"
    command_connections: Connections = 16
    read_connections: Connections = 8
    lock_seconds: Seconds = 3.0
    statement_seconds: Seconds = 10.0
    idle_transaction_seconds: Seconds = 10.0


class LogSettings(msgspec.Struct, frozen=True):
    """Where the log is. `append_seconds` is one append's whole budget, retries included."""

    eventrail_url: str
    eventrail_token: str
    nats_url: str = ""
    append_seconds: Seconds = 6.0


class CommandSettings(msgspec.Struct, frozen=True):
    """Bounds of one command. interruption: `<point>:kill` or `<point>:pause:<path>`, for tests only."""

    command_attempts: Annotated[int, msgspec.Meta(ge=1, le=100)] = 8
    command_seconds: Seconds = 20.0
    projection_wait_seconds: Seconds = 5.0
    interruption: str = ""


class SweepSettings(msgspec.Struct, frozen=True):
    """How soon what was saved is submitted after a sitting's time is up."""

    sweep_seconds: Seconds = 1.0


class MailSettings(msgspec.Struct, frozen=True):
    """How links are sent: through a mail server, or as files into a directory; not at all where neither is named.

    mail_from: the address that mail comes from; mail_seconds: how long the server may take for one step
    """

    mail_host: str = ""
    mail_port: Port = 587
    mail_tls: Literal["starttls", "implicit", "none"] = "starttls"
    mail_user: str = ""
    mail_password: str = ""
    mail_from: str = ""
    mail_directory: str = ""
    mail_seconds: Seconds = 20.0
    mail_pause_seconds: Seconds = 1.0

    @property
    def is_configured(self) -> bool:
        return bool(self.mail_host or self.mail_directory)


class LinkSettings(msgspec.Struct, frozen=True):
    """What links to candidates begin with, for whoever sends them."""

    link_base_url: str


class MailSenderMissing(Exception):  # noqa: N818 (an outcome, named for what it is)
    """Mail is to be sent, and nobody said from which address."""


class WebSettings(msgspec.Struct, frozen=True):
    """How the service is reached."""

    operator_token_sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    link_base_url: str
    host: str = "127.0.0.1"
    port: Port = 4200
    cors_origins: tuple[str, ...] = ()


class LimitSettings(msgspec.Struct, frozen=True):
    """What one web process lets through in a minute; 0 for no limit.

    trusted_proxies: how many stand before it and add to X-Forwarded-For; where none does, the socket tells the client
    """

    trusted_proxies: Annotated[int, msgspec.Meta(ge=0, le=16)] = 0
    public_requests_per_minute: PerMinute = 600
    failed_authentications_per_minute: PerMinute = 1_000
    mailed_codes_per_minute: PerMinute = 60
    take_requests_per_minute: PerMinute = 3_000
    key_requests_per_minute: PerMinute = 60_000


class LoggingSettings(msgspec.Struct, frozen=True):
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class LimitsInverted(Exception):  # noqa: N818 (an outcome, named for what it is)
    """The rows of a command would be freed before its append can have ended."""


def database_settings(environ: Mapping[str, str]) -> DatabaseSettings:
    return read_settings(DatabaseSettings, environ, PREFIX)


def owner_settings(settings: DatabaseSettings) -> DatabaseSettings:
    """The same, for what migrates and rebuilds."""
    url = settings.owner_database_url or settings.database_url
    return msgspec.structs.replace(settings, database_url=url)


def log_settings(environ: Mapping[str, str]) -> LogSettings:
    return read_settings(LogSettings, environ, PREFIX)


def command_settings(environ: Mapping[str, str]) -> CommandSettings:
    return read_settings(CommandSettings, environ, PREFIX)


def sweep_settings(environ: Mapping[str, str]) -> SweepSettings:
    return read_settings(SweepSettings, environ, PREFIX)


def mail_settings(environ: Mapping[str, str]) -> MailSettings:
    """Raises MailSenderMissing."""
    told = read_settings(MailSettings, environ, PREFIX)
    if told.is_configured and "@" not in told.mail_from:
        raise MailSenderMissing(f"{PREFIX}MAIL_FROM is needed where mail is sent: an address")
    return told


def link_settings(environ: Mapping[str, str]) -> LinkSettings:
    return read_settings(LinkSettings, environ, PREFIX)


def web_settings(environ: Mapping[str, str]) -> WebSettings:
    return read_settings(WebSettings, environ, PREFIX)


def limit_settings(environ: Mapping[str, str]) -> LimitSettings:
    return read_settings(LimitSettings, environ, PREFIX)


def log_level(environ: Mapping[str, str]) -> str:
    """What a process logs from, without the settings that only the web process needs."""
    return read_settings(LoggingSettings, environ, PREFIX).log_level


def check_budgets(database: DatabaseSettings, log: LogSettings) -> None:
    """Raises LimitsInverted unless an idle transaction outlives an append's whole budget."""
    if database.idle_transaction_seconds <= log.append_seconds:
        raise LimitsInverted(
            f"{PREFIX}IDLE_TRANSACTION_SECONDS ({database.idle_transaction_seconds:g}) must be above "
            f"{PREFIX}APPEND_SECONDS ({log.append_seconds:g})"
        )
