"""What the program tells its operators: lines of JSON."""

import sys

import structlog

# Lines of JSON, with tracebacks but without the values of variables, which may be somebody's data.
log = structlog.wrap_logger(
    structlog.PrintLogger(sys.stderr),
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
)
