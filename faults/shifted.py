"""The server, with a clock that jumps whenever it is sent SIGUSR1: a day ahead, two back, a day ahead, and so on.

`datetime.now` of every module of the program tells the time that has jumped. PostgreSQL's clock and the machine's stay.
"""

import signal
import sys
from datetime import datetime, timedelta, tzinfo
from itertools import cycle
from types import FrameType
from typing import ClassVar

from server import cli

JUMPS = cycle((timedelta(days=1), timedelta(days=-1), timedelta()))
PROGRAM = ("application", "schema", "resolvers", "db")


class _Datetime(type(datetime)):  # type: ignore[misc]
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class Shifted(datetime, metaclass=_Datetime):
    """Tells another time than it is."""

    shift: ClassVar[timedelta] = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The time that has jumped."""
        return datetime.now(tz) + cls.shift


def jump(_: int, __: FrameType | None) -> None:
    """Let the clock jump."""
    Shifted.shift = next(JUMPS)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in PROGRAM and getattr(module, "datetime", None) is datetime:
            module.datetime = Shifted  # type: ignore[attr-defined]


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, jump)
    cli()
