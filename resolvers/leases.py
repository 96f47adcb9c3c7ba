"""Spending points: each process takes them from the shared budgets in portions, and spends a portion by itself.

A portion is what comes back in two seconds, so an account that goes on costs a process one statement in that time, not
one a request. Points of a portion count as taken: over T seconds all processes together let through no more than a
minute's points and those that come back in T, and beyond these at most a portion each that was taken before. What is
refused costs a statement only when points may have come back since the last one.
"""

import asyncio
import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import monotonic

import asyncpg

from db import budgets
from resolvers.errors import RateLimited, Unavailable
from resolvers.logs import log
from resolvers.snapshots import acquired

# How many seconds' worth of points a portion is.
PORTION = 2
# How many accounts a process knows; what is left of the portion of one that it forgets is lost.
KEPT = 10_000
# How often accounts that have all their points are dropped, in seconds.
FORGETTING = 300


@dataclass(frozen=True)
class Usage:
    """What an operation cost, and what its account has left of how much; `restore_rate` is in points a second."""

    cost: int
    nodes: int
    limit: int
    remaining: int
    reset_at: datetime

    @property
    def restore_rate(self) -> float:
        """How many points come back each second."""
        return self.limit / 60


@dataclass
class _Lease:
    """What a process has of an account, and what the account had besides when it was last looked at."""

    left: float = 0
    remaining: float = 0
    at: float | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Leases:
    """The portions of one process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._leases: OrderedDict[str, _Lease] = OrderedDict()
        self._forgot = clock()
        # How many statements were run.
        self.statements = 0

    def spend(self, account: str, cost: float) -> bool:
        """Spend of the portion that is there, if it is enough."""
        lease = self._leases.get(account)
        if lease is None or lease.left < cost:
            return False
        lease.left -= cost
        return True

    def give(self, account: str, cost: float) -> None:
        """Put back what was spent for an operation that was not run after all."""
        lease = self._leases.get(account)
        if lease is not None:
            lease.left += cost

    async def take(self, pool: asyncpg.Pool, account: str, limit: int, cost: float) -> None:
        """Spend points of an account with `limit` points a minute; RateLimited when there are not enough of them."""
        if self.spend(account, cost):
            return
        lease = self._lease(account)
        async with lease.lock:
            # Whoever had the lock before may have taken enough for both.
            if self.spend(account, cost):
                return
            needed = cost - lease.left
            if lease.at is None or self._known(lease, limit) >= needed:
                taken = await self._taken(pool, account, lease, limit, needed)
                lease.left += taken.granted
                lease.remaining, lease.at = taken.remaining, self._clock()
            if lease.left < cost:
                seconds = (cost - lease.left - self._known(lease, limit)) * 60 / limit
                raise RateLimited(
                    f"this costs {cost:g} points and there are {max(0, self.remaining(account, limit))} left of"
                    f" {limit:,} a minute; try again in {max(1, math.ceil(seconds))} seconds, or ask for less",
                    max(1, math.ceil(seconds)),
                )
            lease.left -= cost

    def usage(self, account: str, limit: int, cost: int, nodes: int) -> Usage:
        """What an operation that was taken cost, and what is left, as far as this process knows."""
        remaining = self.remaining(account, limit)
        full = datetime.now(UTC) + timedelta(seconds=(limit - remaining) * 60 / limit)
        return Usage(cost, nodes, limit, remaining, full)

    def remaining(self, account: str, limit: int) -> int:
        """How many points an account has left."""
        lease = self._leases.get(account)
        return limit if lease is None else min(limit, math.floor(lease.left + self._known(lease, limit)))

    def _known(self, lease: _Lease, limit: int) -> float:
        """What an account has at most beside the portion: other processes can only have taken of it since."""
        if lease.at is None:
            return float(limit)
        return min(float(limit), lease.remaining + (self._clock() - lease.at) * limit / 60)

    def _lease(self, account: str) -> _Lease:
        found = self._leases.get(account)
        if found is None:
            found = self._leases[account] = _Lease()
            if len(self._leases) > KEPT:
                self._leases.popitem(last=False)
        else:
            self._leases.move_to_end(account)
        return found

    async def _taken(self, pool: asyncpg.Pool, account: str, lease: _Lease, limit: int, needed: float) -> budgets.Taken:
        wanted = limit / 60 * PORTION
        try:
            async with acquired(pool) as connection:
                self.statements += 1
                if self._clock() - self._forgot > FORGETTING:
                    self._forgot = self._clock()
                    await budgets.forget(connection)
                return await budgets.take(connection, account, limit, needed, wanted)
        except (Unavailable, asyncpg.PostgresError) as error:
            # Reads may go on while nothing can be written, so the process counts by itself meanwhile.
            log.warning("budgets are counted by this process alone just now", why=str(error))
            free = self._known(lease, limit)
            granted = min(free, max(needed, wanted)) if free >= needed else 0.0
            return budgets.Taken(granted, free - granted)


@lru_cache(maxsize=KEPT)
def account_of(client: str) -> str:
    """The account of those without a key: their address, of IPv6 the network that one subscriber has."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return f"address {client}"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return f"address {mapped or ipaddress.ip_network((address, 64), strict=False)}"
    return f"address {address}"
