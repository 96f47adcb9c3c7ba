"""Faults of the database: it goes away, ends connections, loses answers, takes no writes, is locked."""

import asyncio
import signal
from time import monotonic
from typing import Any

import asyncpg
import httpx

from faults.load import CLIENT_TIMEOUT, until
from faults.trials import ALWAYS, AWAY, Fault, Trial

ENDED = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE application_name LIKE 'yizhan%' AND datname = current_database()
"""
COMMITS = 10
# For how many seconds the database is away, and how long a lock is held.
AWAY_SECONDS, LOCK_SECONDS = 5.0, 6.0
SECTORS = {"query": "{ sectors { totalCount } }"}
MEMBERS = """mutation ($input: UpsertMembersInput!) { upsertMembers(input: $input) {
  __typename ... on UpsertMembersPayload { rows { outcome } } } }"""


async def restart(trial: Trial) -> None:
    """Stop PostgreSQL as if it had crashed, and start it again at once."""
    for _ in range(2):
        trial.postgres.send(signal.SIGQUIT)
        await until(lambda: trial.postgres.process() is None)
        await asyncio.to_thread(trial.postgres.start)
        trial.over()
        await trial.load.more()


async def go_away(trial: Trial) -> None:
    """Have no database for a while, and look at what the server says of itself meanwhile."""
    trial.postgres.send(signal.SIGQUIT)
    await until(lambda: trial.postgres.process() is None)
    began = monotonic()
    async with httpx.AsyncClient(base_url=trial.serving.address, timeout=CLIENT_TIMEOUT, trust_env=False) as client:
        probes = [(await client.get(path)).status_code for path in ("/readyz", "/livez")]
        trial.promise(probes == [503, 200], f"/readyz and /livez answered {probes}")
        await asyncio.sleep(AWAY_SECONDS - (monotonic() - began))
        await asyncio.to_thread(trial.postgres.start)
        trial.over()
        is_ready = await until(lambda: _is_ready(client))
    trial.promise(is_ready, "/readyz did not answer 200 again")
    slowest = trial.load.tally.slowest["503 UNAVAILABLE"] / 1000
    trial.note(f"`/readyz` 503 and `/livez` 200 meanwhile; the slowest refusal took {slowest:.1f} s")


async def _is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def end_backends(trial: Trial) -> None:
    """End all the server's connections in the middle of what they do, its listening one too."""
    ended = 0
    for _ in range(5):
        ended += int(str(await trial.sql(ENDED)))
        trial.over()
        await trial.load.more(10)
    trial.note(f"{ended} backends ended; the follower came back {trial.load.reconnected} times")


async def lose_commits(trial: Trial) -> None:
    """Lose the answer to a commit and the connection with it."""
    trial.proxy.to_lose = COMMITS
    await _until_lost(trial, COMMITS)


async def lose_commits_silently(trial: Trial) -> None:
    """Lose the answer to a commit while the connection stays, so that nobody says it will never come."""
    trial.proxy.is_silent, trial.proxy.to_lose = True, 2
    began = monotonic()
    await _until_lost(trial, 2)
    # Who waits is given up by the operation's own limit.
    await until(lambda: trial.load.tally.of("write")["504 TIMEOUT"] >= 2, CLIENT_TIMEOUT)
    trial.note(f"the writers were told after {monotonic() - began:.0f} s, the limit of an operation")


async def _until_lost(trial: Trial, count: int) -> None:
    is_lost = await until(lambda: trial.proxy.lost == count)
    trial.over()
    trial.promise(is_lost, f"{trial.proxy.lost} of {count} answers were lost")
    trial.note(f"{count} commits were done and nobody was told; each was sent again with its key and is there once")


async def be_read_only(trial: Trial) -> None:
    """Have the database take no writes for a while, as one does that is being replaced."""
    await trial.sql("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    try:
        await until(lambda: trial.load.tally.of("write")["503 UNAVAILABLE"] >= 10)
        await asyncio.sleep(1)
    finally:
        await trial.sql("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")
    trial.over()
    trial.promise(trial.load.tally.of("write")["503 UNAVAILABLE"] >= 10, "writes were not refused")


async def lock(trial: Trial) -> None:
    """Lock a table while more ask for it than there are connections; whoever asks for others should not notice."""
    holder = await asyncpg.connect(trial.dsn)
    async with httpx.AsyncClient(base_url=trial.serving.address, timeout=CLIENT_TIMEOUT, trust_env=False) as client:
        client.headers["accept"] = "application/graphql-response+json"
        await holder.execute("BEGIN; LOCK TABLE sector IN ACCESS EXCLUSIVE MODE")
        asking = [asyncio.create_task(client.post("/graphql", json=SECTORS)) for _ in range(15)]
        began = monotonic()
        while monotonic() - began < LOCK_SECONDS:
            await trial.load.more(5)
        await holder.close()
        trial.over()
        answers = [await each for each in asking]
    codes = sorted({code_of(answer) for answer in answers})
    trial.promise(set(codes) <= AWAY, f"who asked for the table got {codes}")
    slowest = max(answer.elapsed.total_seconds() for answer in answers)
    trial.note(f"who asked for the locked table got {', '.join(codes)}, the last one after {slowest:.1f} s")


def code_of(answer: httpx.Response) -> str:
    """An answer's status and the code of its first error."""
    errors = answer.json().get("errors")
    return f"{answer.status_code} {errors[0]['extensions']['code']}" if errors else str(answer.status_code)


async def deadlock(trial: Trial) -> None:
    """Change the same members in opposite orders at once, so that PostgreSQL has to give one of two writers up."""
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    names = [f"k{number}" for number in range(60)]
    async with httpx.AsyncClient(base_url=trial.serving.address, timeout=CLIENT_TIMEOUT, trust_env=False) as client:
        client.headers["authorization"] = f"Bearer {trial.load.key}"

        async def put(order: list[str], name: str) -> Any:
            rows = [{"district": "330109", "key": key, "name": f"样例{name}", "isSample": True} for key in order]
            body = {"query": MEMBERS, "variables": {"input": {"rows": rows}}}
            answer = (await client.post("/graphql", json=body)).json()
            return answer.get("data") and len(answer["data"]["upsertMembers"]["rows"])

        await put(names, "0")
        tries: list[Any] = []
        for number in range(20):
            tries += await asyncio.gather(put(names, f"甲{number}"), put(names[::-1], f"乙{number}"))
            if number >= 4 and int(str(await trial.sql(deadlocks))):
                break
    trial.over()
    found = int(str(await trial.sql(deadlocks)))
    trial.promise(found, "no deadlock came about")
    trial.promise(set(tries) == {len(names)}, f"batches were answered with {tries}")
    trial.note(f"{len(tries)} batches of {len(names)} rows in opposite orders, all of them written; {found} deadlocks")


OF_DATABASES = (
    Fault("Database restarts", "PostgreSQL is stopped at once and started again, twice", restart),
    Fault("Database is away", f"PostgreSQL is stopped at once and started again {AWAY_SECONDS:.0f} s later", go_away),
    Fault(
        "Backends are terminated", "`pg_terminate_backend` of all the server's connections, five times", end_backends
    ),
    Fault(
        "Answer to COMMIT is lost",
        f"a proxy before PostgreSQL drops the answer to {COMMITS} commits, and the connection with it",
        lose_commits,
        by_proxy=True,
    ),
    Fault(
        "Answer to COMMIT never comes",
        "a proxy swallows the answer to 2 commits and keeps the connection open",
        lose_commits_silently,
        writes=AWAY | {"504 TIMEOUT"},
        by_proxy=True,
    ),
    Fault(
        "Database takes no writes",
        "`default_transaction_read_only` is set for the whole server, and reset",
        be_read_only,
        reads=ALWAYS,
    ),
    Fault(
        "Table is locked",
        f"`LOCK TABLE … ACCESS EXCLUSIVE` for {LOCK_SECONDS:.0f} s, while 15 ask for that table and there are 10"
        " connections to read with",
        lock,
        reads=ALWAYS,
        writes=ALWAYS,
    ),
    Fault(
        "Deadlocks", "batches change the same 60 rows in opposite orders at once", deadlock, reads=ALWAYS, writes=ALWAYS
    ),
)
