"""Why publishing stopped for the moment; each ends one attempt, and another follows."""


class PublishingInterrupted(Exception):  # noqa: N818 - the name says what happened
    """Any reason to compare stream and log again before going on."""


class Unreachable(PublishingInterrupted):
    """NATS or its JetStream does not answer."""


class Refused(PublishingInterrupted):
    """NATS answers, and refuses: rights, limits or settings that only an operator can change."""


class OutOfStep(PublishingInterrupted):
    """The stream is not where the publisher left it: somebody else wrote, deleted or purged."""
