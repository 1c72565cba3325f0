import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given, strategies

from servicekit.json_log import MAX_VALUE_CHARACTERS, REQUEST_ID, JsonLines, configure_logging

FORMATTER = JsonLines("example")


def line_of(message: str, **fields: object) -> str:
    record = logging.LogRecord("a.b", logging.WARNING, __file__, 1, message, (), None)
    record.fields = fields
    return FORMATTER.format(record)


@given(strategies.text(), strategies.dictionaries(strategies.text(max_size=8), strategies.text(), max_size=4))
def test_whatever_is_logged_is_one_line_of_printable_ascii(message: str, fields: dict[str, str]) -> None:
    record = logging.LogRecord("a.b", logging.INFO, __file__, 1, "%s", (message,), None)
    record.fields = fields
    line = FORMATTER.format(record)
    assert line.isascii()
    assert line.isprintable()
    assert len(message) > MAX_VALUE_CHARACTERS or json.loads(line)["message"] == message


def test_values_are_capped() -> None:
    for length, kept in (
        (MAX_VALUE_CHARACTERS, MAX_VALUE_CHARACTERS),
        (MAX_VALUE_CHARACTERS + 1, MAX_VALUE_CHARACTERS),
    ):
        line = json.loads(line_of("x" * length, value="y" * length))
        assert (len(line["message"]), len(line["value"])) == (kept, kept)


def test_a_field_can_not_replace_what_the_line_says_of_itself() -> None:
    line = json.loads(line_of("told", level="forged", number=3, flag=True, nothing=None))
    assert (line["level"], line["number"], line["flag"], line["nothing"]) == ("warning", 3, True, None)


def test_the_request_id_and_the_error_stand_in_the_line() -> None:
    error = ValueError("line\nbreak")
    record = logging.LogRecord("a", logging.ERROR, __file__, 1, "failed", (), (ValueError, error, None))
    token = REQUEST_ID.set("r-1")
    line = json.loads(FORMATTER.format(record))
    REQUEST_ID.reset(token)
    assert (line["request_id"], line["error"]) == ("r-1", "ValueError")
    assert "line\nbreak" in line["trace"]


@pytest.fixture
def root_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_one_stream_takes_everything(root_as_before: None) -> None:
    stream = io.StringIO()
    configure_logging("example", level="info", stream=stream)
    logging.getLogger("one").info("first")
    logging.getLogger("two").debug("silent")
    logging.getLogger("uvicorn.access").info("silent")
    logging.getLogger("uvicorn.error").warning("second")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["first", "second"]
