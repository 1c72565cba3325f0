"""`eventrail serve`: opens the log, puts queue, publisher and HTTP around it, and ends them in order."""

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Final

import uvloop

from contracts.store import PublisherStatus
from eventrail.checkpoints.keeper import Keeper, KeeperOptions
from eventrail.checkpoints.keys import KeyRefused, SigningKey, given_key, own_key
from eventrail.checkpoints.shelf import Shelf
from eventrail.exit_codes import ENGINE_CODES, ExitCode
from eventrail.http.access import Scope, is_loopback
from eventrail.http.app import create_app
from eventrail.http.limits import HttpLimits
from eventrail.http.shortcut import HotRequests
from eventrail.http.store import Store
from eventrail.log.commit_queue import CommitQueue
from eventrail.log.documents import read_identity
from eventrail.log.errors import LogCorrupt, LogError, SyncFailed
from eventrail.log.files import NO_ROOM, SystemFiles
from eventrail.log.identifiers import uuid7
from eventrail.log.layout import Layout
from eventrail.log.log import Log
from eventrail.log.observing import Observer
from eventrail.log.options import Options
from eventrail.publisher.testimony import Testimony
from eventrail.rebuild_meter import RebuildMeter
from eventrail.settings import ServeSettings
from eventrail.telemetry.metrics import Metrics, Observers
from eventrail.telemetry.tracing import Tracing
from eventrail.token_file import TokensRefused, given_grants, own_grants
from eventrail.upkeep import Upkeep, UpkeepOptions
from servicekit.collector import collect_seldom
from servicekit.direct import direct_protocol
from servicekit.edge import Edge
from servicekit.protocol import GuardedProtocol
from servicekit.server import AddressTaken, listen, server
from servicekit.tokens import Grants

LAST_ANSWERS_SECONDS: Final = 0.05
"""After a failed sync: for the refusals of the batch to be sent, before the process ends."""

COLLECTOR_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""Spans are made and sent where one of them is set."""

_LOG: Final = logging.getLogger("eventrail.main")
_OFF: Final = PublisherStatus("off", 0, 0)


def serve(settings: ServeSettings) -> ExitCode:
    """Serve until SIGTERM or SIGINT. A refusal to start is one line on standard error and an exit code."""
    try:
        given = given_grants(settings.tokens) if settings.tokens else None
        key = given_key(settings.checkpoint_key.encode()) if settings.checkpoint_key else None
        uvloop.run(_serve(settings, given, key))
    except LogError as error:
        return _refused(code_of(error), str(error))
    except AddressTaken as error:
        return _refused(ExitCode.ADDRESS_TAKEN, str(error))
    except TokensRefused as error:
        return _refused(ExitCode.USAGE, str(error))
    except KeyRefused as error:
        return _refused(ExitCode.USAGE, f"the checkpoint key is {error}")
    except OSError as error:
        code = ExitCode.DISK_FULL if error.errno in NO_ROOM else ExitCode.FAILED
        return _refused(code, f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return ExitCode.OK


def code_of(error: LogError) -> ExitCode:
    if isinstance(error, LogCorrupt):
        return ExitCode.CORRUPT
    return next(code for kind, code in ENGINE_CODES if isinstance(error, kind))


async def _serve(settings: ServeSettings, given: Grants | None, key: SigningKey | None) -> None:
    seen = await _testimony(settings)
    metrics = Metrics()
    with _tracing() as tracing, contextlib.closing(_opened(settings, seen, _observer(metrics, tracing))) as log:
        grants = given or _own_grants(settings)
        keeper = _keeper(settings, log, key)
        async with (
            _upkeep(settings, log),
            _queue(settings, log, seen) as queue,
            keeper.following(queue),
            _publisher(settings, log, queue, tracing) as publisher_status,
        ):
            store = Store(
                log=log,
                queue=queue,
                grants=grants,
                publisher_status=publisher_status,
                checkpoints=keeper,
                new_id=lambda: uuid7(time.time_ns() // 1_000),
                limits=HttpLimits(settings.body_seconds, settings.heartbeat_seconds),
                metrics=metrics,
                tracing=tracing,
                metrics_scope=_metrics_scope(settings),
                connections=lambda: len(ending.server_state.connections),
            )
            application = Edge(create_app(store), access_log=settings.access_log)
            listener = listen(settings.host, settings.port)
            host, port = listener.getsockname()[:2]
            fields = {"url": f"http://{host}:{port}", "head": log.head.position, "log_id": log.log_id}
            _LOG.info("serving", extra={"fields": fields})
            ending = server(
                application,
                on_stopping=store.stopping.set,
                drain_seconds=settings.drain_seconds,
                protocol=_protocol(settings, store),
            )
            collect_seldom()
            await ending.serve(sockets=[listener])
        keeper.write()
    _LOG.info("stopped", extra={"fields": {"head": log.head.position}})


def _protocol(settings: ServeSettings, store: Store) -> type[GuardedProtocol]:
    """With the shortcut, where nobody asked for a span or a line in the log for each request."""
    if settings.shortcut and not settings.access_log and store.tracing is None:
        return direct_protocol(HotRequests(store))
    return GuardedProtocol


async def _testimony(settings: ServeSettings) -> Testimony:
    """Before the log is opened, since its recovery must know what it may not cut."""
    if not settings.nats_url:
        return Testimony(answered=True)
    from eventrail.publisher.witness import testimony  # noqa: PLC0415 - slow to load, and not everybody has NATS

    identity = read_identity(SystemFiles(), Layout(settings.data_directory))
    return await testimony(settings.nats_url, identity.log_id if identity else None)


def _opened(settings: ServeSettings, seen: Testimony, observer: Observer) -> Log:
    options = Options(
        segment_bytes=settings.segment_bytes,
        allow_unsafe_file_system=settings.allow_unsafe_file_system,
        reserve_bytes=settings.reserve_bytes,
        stall_seconds=settings.stall_seconds,
        scrub_pause_seconds=settings.scrub_pause_seconds,
    )
    witness = None if settings.accept_truncate else seen.position
    with contextlib.closing(RebuildMeter()) as progress:
        log = Log.open(settings.data_directory, options, witness_position=witness, observer=observer, progress=progress)
    found = log.recovery
    fields = {
        "head": log.head.position,
        "seconds": round(found.seconds, 3),
        "cut_bytes": found.cut_bytes,
        "quarantine": found.quarantine_file,
        "witness": found.witness_position,
    }
    _LOG.log(logging.WARNING if found.cut_bytes else logging.INFO, "the log is open", extra={"fields": fields})
    return log


@contextlib.contextmanager
def _tracing() -> Generator[Tracing | None, None, None]:
    """Only where a collector is named; the variables are those that every OpenTelemetry SDK reads."""
    if not any(os.environ.get(name) for name in COLLECTOR_VARIABLES):
        yield None
        return
    from eventrail.telemetry.exporting import exported  # noqa: PLC0415 - slow to load, and off by default

    with exported(os.environ.get("OTEL_SERVICE_NAME") or "eventrail") as tracing:
        yield tracing


def _observer(metrics: Metrics, tracing: Tracing | None) -> Observer:
    return metrics if tracing is None else Observers((metrics, tracing))


def _metrics_scope(settings: ServeSettings) -> Scope | None:
    """What a scraper must show; on a loopback address nothing, since no other machine reaches it."""
    is_open = settings.metrics_access == "open" or (
        settings.metrics_access == "loopback" and is_loopback(settings.host)
    )
    return None if is_open else "read"


def _own_grants(settings: ServeSettings) -> Grants:
    grants, path = own_grants(settings.data_directory)
    _LOG.info("the tokens are in this file", extra={"fields": {"file": str(path)}})
    return grants


def _keeper(settings: ServeSettings, log: Log, given: SigningKey | None) -> Keeper:
    directory = settings.data_directory
    find_key = (lambda: given) if given is not None else (lambda: own_key(directory))
    return Keeper(log, Shelf(directory), find_key, KeeperOptions(settings.checkpoint_events))


@contextlib.asynccontextmanager
async def _upkeep(settings: ServeSettings, log: Log) -> AsyncGenerator[None, None]:
    loop = asyncio.get_running_loop()

    def end(failure: SyncFailed) -> None:
        loop.call_soon_threadsafe(_end, failure)

    upkeep = Upkeep(log, UpkeepOptions(settings.scrub_bytes_per_second), end)
    upkeep.start()
    try:
        yield
    finally:
        await asyncio.to_thread(upkeep.stop)


@contextlib.asynccontextmanager
async def _queue(settings: ServeSettings, log: Log, seen: Testimony) -> AsyncGenerator[CommitQueue, None]:
    queue = CommitQueue(
        log,
        on_fatal=_end,
        max_waiting_appends=settings.max_waiting_appends,
        max_waiting_bytes=settings.max_waiting_bytes,
    )
    if log.recovery.cut_bytes and not seen.answered and not settings.accept_truncate:
        queue.suspend("the log's tail was cut at the start, and NATS, which may have seen more, does not answer")
    await queue.start()
    try:
        yield queue
    finally:
        await queue.stop()


@contextlib.asynccontextmanager
async def _publisher(
    settings: ServeSettings, log: Log, queue: CommitQueue, tracing: Tracing | None
) -> AsyncGenerator[Callable[[], PublisherStatus], None]:
    """What is yielded tells how publishing goes."""
    if not settings.nats_url:
        yield lambda: _OFF
        return
    from eventrail.publisher.publisher import Publisher, PublisherOptions  # noqa: PLC0415 - as above

    options = PublisherOptions(settings.nats_url, accept_truncate=settings.accept_truncate)
    publisher = Publisher(log, queue, options, tracing) if tracing is not None else Publisher(log, queue, options)
    await publisher.start()
    try:
        yield publisher.status
    finally:
        await publisher.stop()


def _end(failure: SyncFailed) -> None:
    """The disk failed: nothing may be written by this process any more, so no orderly end is tried."""
    _LOG.critical("the disk failed", extra={"fields": {"operation": failure.operation, "reason": failure.reason}})
    asyncio.get_running_loop().call_later(LAST_ANSWERS_SECONDS, os._exit, ExitCode.SYNC_FAILED)


def _refused(code: ExitCode, sentence: str) -> ExitCode:
    sys.stderr.write(f"eventrail: {sentence}\n")
    return code
