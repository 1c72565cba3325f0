"""What a command writes into `meta` of each event of its append."""

from contracts.wire import Message


class CommandMeta(Message, frozen=True, omit_defaults=True):
    """key: the command's key, a UUID, from which the events' ids are derived; fingerprint: of method, path and body.

    Whoever applies the append finds here the row that keeps it from being applied twice.
    """

    key: str
    fingerprint: str
    actor: str
    correlation_id: str = ""
    causation_id: str = ""
    traceparent: str = ""
