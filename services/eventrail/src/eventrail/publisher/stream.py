"""The stream on JetStream: its settings asserted, its state read, made again where it can't be mended."""

from typing import Final

from nats.aio.client import Client
from nats.errors import Error as NatsError, TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RawStreamMsg, RetentionPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

from contracts.subjects import ALL_EVENTS, LOG_ID_HEADER, STREAM
from eventrail.publisher.comparison import StreamFacts, hash_of
from eventrail.publisher.failures import Refused, Unreachable

API_SECONDS: Final = 5.0
UNLIMITED: Final = -1


def settings() -> StreamConfig:
    """The settings that make the sequence the position: nothing is dropped, and nobody can delete or purge."""
    return StreamConfig(
        name=STREAM,
        description="Eventrail's log: the sequence of a message is its position.",
        subjects=[ALL_EVENTS],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_msgs=UNLIMITED,
        max_bytes=UNLIMITED,
        max_age=0,
        max_msgs_per_subject=UNLIMITED,
        max_msg_size=UNLIMITED,
        deny_delete=True,
        deny_purge=True,
        allow_direct=True,
        allow_rollup_hdrs=False,
    )


_ASSERTED: Final = (
    "subjects",
    "retention",
    "storage",
    "discard",
    "max_msgs",
    "max_bytes",
    "max_age",
    "max_msgs_per_subject",
    "max_msg_size",
    "deny_delete",
    "deny_purge",
    "allow_direct",
    "allow_rollup_hdrs",
    "sealed",
    "mirror",
    "sources",
    "subject_transform",
    "republish",
)


class Stream:
    """JetStream's side of the comparison. Every method raises `Unreachable` or `Refused`."""

    def __init__(self, client: Client) -> None:
        self._jetstream: JetStreamContext = client.jetstream(timeout=API_SECONDS)

    async def facts(self) -> StreamFacts | None:
        """The state, None where there is no stream. Read from the server, never from a replica."""
        try:
            return await self._facts()
        except NotFoundError:
            return None
        except (NatsError, TimeoutError) as error:
            raise translated(error) from error

    async def mend_settings(self) -> bool:
        """Whether the settings could be put right in place; some can't be changed on a stream that exists.

        What is not ours to say (replicas, placement) stays as the operator has it.
        """
        wanted = settings()
        try:
            found = (await self._jetstream.stream_info(STREAM)).config
            changed = found.evolve(**{name: getattr(wanted, name) for name in _ASSERTED})
            return not _differing((await self._jetstream.update_stream(changed)).config)
        except APIError:
            return False
        except (NatsError, TimeoutError) as error:
            raise translated(error) from error

    async def make(self) -> None:
        try:
            await self._jetstream.add_stream(settings())
        except (NatsError, TimeoutError) as error:
            raise translated(error) from error

    async def remove(self) -> None:
        """Deleting the whole stream is what `deny_delete` and `deny_purge` still leave to its owner."""
        try:
            await self._jetstream.delete_stream(STREAM)
        except NotFoundError:
            return
        except (NatsError, TimeoutError) as error:
            raise translated(error) from error

    async def _facts(self) -> StreamFacts:
        info: StreamInfo = await self._jetstream.stream_info(STREAM)
        state, differing = info.state, _differing(info.config)
        if state.messages == 0:
            return StreamFacts(state.first_seq, state.last_seq, 0, differing_settings=differing)
        last: RawStreamMsg = await self._jetstream.get_msg(STREAM, seq=state.last_seq)
        log_id = (last.headers or {}).get(LOG_ID_HEADER, "")
        last_hash = hash_of(last.data or b"")
        return StreamFacts(state.first_seq, state.last_seq, state.messages, log_id, last_hash, differing)


def translated(error: Exception) -> Unreachable | Refused:
    """A failure of nats-py, or of the server, as one of ours."""
    if isinstance(error, ServiceUnavailableError | NatsTimeoutError | TimeoutError) or not isinstance(error, APIError):
        return Unreachable(str(error) or type(error).__name__)
    return Refused(error.description or str(error))


def _differing(found: StreamConfig) -> tuple[str, ...]:
    wanted = settings()
    return tuple(name for name in _ASSERTED if _plain(found, name) != _plain(wanted, name))


def _plain(config: StreamConfig, name: str) -> object:
    """A setting for comparison: absent, empty and false are one; so are zero and no limit."""
    value = getattr(config, name)
    return None if value in (None, "", [], False, 0, UNLIMITED) else value
