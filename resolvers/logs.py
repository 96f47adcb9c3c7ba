"""What the program tells its operators: a line for each thing that happened, as JSON or to be read in a terminal.

Lines have tracebacks and no values of variables, which may be somebody's data.
"""

import json
import logging
import sys
from contextlib import suppress
from typing import Any, BinaryIO, Literal

import orjson
import structlog

log = structlog.get_logger()

STAMP = structlog.processors.TimeStamper(fmt="iso")


def _stamp(logger: Any, method: str, event: Any) -> Any:
    """Add when it happened, where the line does not say it."""
    return event if "timestamp" in event else STAMP(logger, method, event)


STAMPED: list[Any] = [structlog.processors.add_log_level, _stamp]


class Lines:
    """Writes lines to a file; that nobody reads them any more is no reason to answer no more."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def msg(self, line: bytes | str) -> None:
        """Write one line."""
        with suppress(OSError):
            self._file.write((line if isinstance(line, bytes) else line.encode("utf-8", "replace")) + b"\n")
            self._file.flush()

    debug = info = warning = error = msg


def configure_logs(form: Literal["console", "json"] | None, level: str) -> None:
    """Write lines of a level and above to standard error; without a form, JSON unless that is a terminal.

    What libraries tell in the ways of Python's own logging comes in the same form, from warnings on.
    """
    is_console = sys.stderr.isatty() if form is None else form == "console"
    least = logging.getLevelNamesMapping()[level.upper()]
    shaping: list[Any]
    if is_console:
        # A traceback with the values of all variables would tell what was sent, and takes seconds to be drawn.
        plain = structlog.dev.plain_traceback
        shaping = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    else:
        shaping = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
    structlog.configure(
        processors=[*STAMPED, *shaping],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_: Lines(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    to_text = shaping if is_console else [shaping[0], structlog.processors.JSONRenderer(serializer=_json_text)]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=STAMPED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *to_text],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)


def _json(event: Any, **_: Any) -> bytes:
    try:
        return orjson.dumps(event, default=str)
    except TypeError:
        # A text that is no Unicode, in a traceback for instance.
        return json.dumps(event, default=str).encode()


def _json_text(event: Any, **_: Any) -> str:
    return _json(event).decode()
