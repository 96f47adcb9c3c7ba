"""Times as people of the place have them: the zone of the service, where its days begin, and how times are written."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, FromClause, Text, case, cast, func

from db.enums import DatePrecision
from resolvers.texts import quoted

LOCAL_TIME = ZoneInfo("Asia/Shanghai")

# How PostgreSQL writes a time of which only so much is known.
_FORMS = {
    DatePrecision.YEAR: "YYYY",
    DatePrecision.MONTH: "YYYY-MM",
    DatePrecision.DAY: "YYYY-MM-DD",
    DatePrecision.TIME: 'YYYY-MM-DD"T"HH24:MI',
}


def first_moment(day: date) -> datetime:
    """When `day` begins in the service's time zone."""
    return datetime.combine(day, time.min, LOCAL_TIME).astimezone(UTC)


def today() -> Any:
    """The current day in the service's time zone, as PostgreSQL sees it."""
    return cast(func.timezone(LOCAL_TIME.key, func.now()), Date)


def local_time(column: str) -> Callable[[FromClause], ColumnElement[str]]:
    """The time in a column as people of the place write it, as exactly as `date_precision` says it is known."""

    def expression(rows: FromClause) -> ColumnElement[str]:
        moment, precision = rows.c[column], rows.c.date_precision
        local = func.timezone(quoted(LOCAL_TIME.key), moment)
        form = case(*((precision == quoted(known), quoted(form)) for known, form in _FORMS.items()))
        # Summer time was kept in some years, so the offset is the moment's own.
        offset = func.to_char(local - func.timezone(quoted("UTC"), moment), quoted('"+"HH24:MI'))
        zone = case((precision == quoted(DatePrecision.TIME), offset), else_=quoted(""))
        return func.concat(func.to_char(local, form), zone, type_=Text)

    return expression
