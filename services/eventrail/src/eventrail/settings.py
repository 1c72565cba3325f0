"""The settings of `eventrail serve`, from `EVENTRAIL_…` variables; flags go before them."""

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

PREFIX: Final = "EVENTRAIL_"
CLIENT_NAMES: Final = frozenset({"EVENTRAIL_URL", "EVENTRAIL_TOKEN", "EVENTRAIL_TOKEN_FILE"})
"""Variables of the client commands, which carry the same prefix."""

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=600)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class ServeSettings(msgspec.Struct, frozen=True):
    """Each field is a variable, or with `_FILE` the file that holds it; the table is in docs/operations.md.

    data_directory: the log, made when there is none
    tokens: JSON `{"tokens":[{"name","sha256","scopes"}]}`; without it the server makes its own in the data directory
    nats_url: where events are published; empty publishes nothing
    checkpoint_events: a signed checkpoint is written every so many events, and at a clean stop
    checkpoint_key: Ed25519, PEM; without it the server makes its own in the data directory
    accept_truncate: go on although a witness may have seen more than the log holds
    """

    data_directory: Path = Path("eventrail-data")
    host: str = "127.0.0.1"
    port: Port = 4100
    tokens: str = ""
    nats_url: str = ""
    accept_truncate: bool = False
    allow_unsafe_file_system: bool = False
    segment_bytes: Annotated[int, msgspec.Meta(ge=4_096)] = 64 * 1024 * 1024
    max_waiting_appends: Count = 4_096
    max_waiting_bytes: Count = 64 * 1024 * 1024
    body_seconds: Seconds = 30.0
    heartbeat_seconds: Seconds = 15.0
    drain_seconds: Annotated[int, msgspec.Meta(ge=1, le=10)] = 8
    checkpoint_events: Count = 10_000
    checkpoint_key: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    access_log: bool = False


class ClientSettings(msgspec.Struct, frozen=True):
    """Where the client commands find the server, and with which token."""

    url: str = "http://127.0.0.1:4100"
    token: str = ""
