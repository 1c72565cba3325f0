from typing import Any

from nats.aio.msg import Msg

from eventrail.publisher.acknowledgements import Acknowledgements


def a_message(subject: str, data: bytes) -> Msg:
    nobody: Any = None
    return Msg(_client=nobody, subject=subject, data=data)


async def test_each_position_has_its_answer() -> None:
    acknowledgements = Acknowledgements("inbox")
    (one, first), (two, second) = acknowledgements.expect(1), acknowledgements.expect(2)
    await acknowledgements._receive(a_message(two, b"second"))
    assert (first.done(), second.result()) == (False, b"second")
    await acknowledgements._receive(a_message(one, b"first"))
    assert first.result() == b"first"


async def test_nobody_waits_for_an_answer_over_a_connection_that_has_ended() -> None:
    acknowledgements = Acknowledgements("inbox")
    (one, answered), (late, waiting) = acknowledgements.expect(1), acknowledgements.expect(2)
    await acknowledgements._receive(a_message(one, b"first"))
    acknowledgements.end()
    assert (answered.result(), waiting.result()) == (b"first", None)
    _, after = acknowledgements.expect(3)
    assert after.result() is None
    await acknowledgements._receive(a_message(late, b"late"))
