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
    metrics_access: whether /metrics is open: on a loopback address only, always, or never, then it asks for `read`
    accept_truncate: go on although a witness may have seen more than the log holds
    reserve_bytes: kept free for recovery on a full disk; 0 keeps nothing
    stall_seconds: how long the disk may take for a batch before health turns red
    shortcut: answer plain appends and reads of one event in the protocol, with the same bytes as the application's
    scrub_bytes_per_second, scrub_pause_seconds: how fast stored lines are read again, and the rest between two rounds
    """

    data_directory: Path = Path("eventrail-data")
    host: str = "127.0.0.1"
    port: Port = 4100
    tokens: str = ""
    nats_url: str = ""
    accept_truncate: bool = False
    allow_unsafe_file_system: bool = False
    segment_bytes: Annotated[int, msgspec.Meta(ge=4_096)] = 64 * 1024 * 1024
    reserve_bytes: Annotated[int, msgspec.Meta(ge=0)] = 64 * 1024 * 1024
    stall_seconds: Seconds = 5.0
    scrub_bytes_per_second: Annotated[int, msgspec.Meta(ge=1_024)] = 4 * 1024 * 1024
    scrub_pause_seconds: Annotated[float, msgspec.Meta(ge=0, le=2_592_000)] = 3_600.0
    max_waiting_appends: Count = 4_096
    max_waiting_bytes: Count = 64 * 1024 * 1024
    body_seconds: Seconds = 30.0
    heartbeat_seconds: Seconds = 15.0
    drain_seconds: Annotated[int, msgspec.Meta(ge=1, le=10)] = 8
    checkpoint_events: Count = 10_000
    checkpoint_key: str = ""
    metrics_access: Literal["loopback", "open", "read"] = "loopback"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    access_log: bool = False
    shortcut: bool = True


class ClientSettings(msgspec.Struct, frozen=True):
    """Where the client commands find the server, and with which token."""

    url: str = "http://127.0.0.1:4100"
    token: str = ""
