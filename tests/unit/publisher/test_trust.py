"""What was proved lately is not trusted yet."""

from eventrail.publisher.trust import SETTLING_SECONDS, Trust


def test_nothing_is_trusted_at_first() -> None:
    assert Trust().position is None


def test_what_was_read_back_is_trusted_at_once() -> None:
    trust = Trust()
    trust.settled(7, 100.0)
    assert trust.position == 7


def test_a_proof_is_trusted_when_it_has_settled() -> None:
    trust = Trust()
    trust.settled(0, 100.0)
    trust.proved(10, 100.0 + SETTLING_SECONDS)
    assert trust.position == 0, "10 was proved just now"
    trust.proved(20, 99.9 + 2 * SETTLING_SECONDS)
    assert trust.position == 0
    trust.proved(30, 100.0 + 2 * SETTLING_SECONDS)
    assert trust.position == 10


def test_a_stream_that_was_made_again_is_trusted_from_its_beginning_only() -> None:
    trust = Trust()
    trust.settled(0, 100.0)
    trust.proved(10, 106.0)
    trust.settled(0, 107.0)
    trust.proved(5, 113.0)
    assert trust.position == 0
