"""Logs as one JSON object a line: every value escaped to ASCII and capped, with the ids of request and trace."""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from servicekit.trace_context import TRACE

MAX_VALUE_CHARACTERS: Final = 2_000
MAX_TRACE_CHARACTERS: Final = 8_000
MAX_FIELDS: Final = 32

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")


class JsonLines(logging.Formatter):
    """One line for each record, whatever is in it; `extra={"fields": {…}}` adds fields of one's own."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": _capped(record.getMessage(), MAX_VALUE_CHARACTERS),
        }
        if request_id := REQUEST_ID.get():
            line["request_id"] = request_id
        if trace := TRACE.get():
            line["trace_id"] = trace.trace_id
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            for name, value in list(fields.items())[:MAX_FIELDS]:
                line.setdefault(_capped(str(name), 64), _plain(value))
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = _capped("".join(traceback.format_exception(*record.exc_info)), MAX_TRACE_CHARACTERS)
        return json.dumps(line, ensure_ascii=True).replace("\x7f", "\\u007f")


def configure_logging(service: str, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send everything that this process logs to one stream (standard error), as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "nats"):
        quiet = logging.getLogger(name)
        quiet.handlers[:] = []
        quiet.propagate = True
        quiet.setLevel(max(logging.WARNING, root.level))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return _capped(str(value), MAX_VALUE_CHARACTERS)


def _capped(text: str, limit_characters: int) -> str:
    return text if len(text) <= limit_characters else text[: limit_characters - 1] + "…"
