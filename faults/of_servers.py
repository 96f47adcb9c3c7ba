"""Faults of the server and of its clients: killed, told to end, kept busy, left alone, given a clock that jumps."""

import asyncio
import contextlib
import signal
from time import monotonic

import asyncpg
import httpx
import orjson

from faults.load import CLIENT_TIMEOUT, RAISE, until
from faults.of_databases import SECTORS, code_of
from faults.trials import ALWAYS, GONE, Fault, Trial
from resolvers.admission import share_of

# Reading sectors takes so many seconds where this has been done, and as long as ever once it was undone.
SLOW = (
    "ALTER TABLE sector RENAME TO real_sector",
    "CREATE VIEW sector AS SELECT real_sector.* FROM real_sector, pg_sleep({seconds})",
)
FAST = ("DROP VIEW sector", "ALTER TABLE real_sector RENAME TO sector")
RUNNING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'yizhan' AND datname = current_database() AND state = 'active' AND wait_event = 'PgSleep'
"""
KILLS = 3
# How many connections and operations there are, and how many of them one viewer may have.
POOL, ROOM = 4, 40
HELD, SHARE = share_of(POOL), share_of(ROOM)
FLOOD = 48
CHEAP = {"query": '{ area(code: "330109") { name } }'}
# Some 200 kB, which no buffer between server and client takes at once.
LARGE = """{ areas(first: 100) { nodes { id code name level platforms(first: 100) { totalCount
  nodes { id name slug kind area { name } } } } } }"""


async def kill(trial: Trial) -> None:
    """Kill the server in the middle of its work and start it again, a few times."""
    for _ in range(KILLS):
        trial.serving.kill()
        await asyncio.to_thread(trial.serving.start)
        trial.over()
        await trial.load.more()
    trial.note(f"{KILLS} times; the follower came back {trial.load.reconnected} times and missed nothing")


async def end(trial: Trial) -> None:
    """Tell the server to end while a write waits for a lock, let the lock go, and start another one."""
    holder = await asyncpg.connect(trial.dsn)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with httpx.AsyncClient(base_url=trial.serving.address, timeout=CLIENT_TIMEOUT, trust_env=False) as client:
        client.headers["authorization"] = f"Bearer {trial.load.key}"
        await holder.execute("BEGIN; LOCK TABLE result_step IN ACCESS EXCLUSIVE MODE")
        title = f"{trial.load.mark} in flight"
        given = {"title": title, "district": "330114", "isSample": True, "idempotencyKey": title}
        body = {"query": RAISE, "variables": {"input": given}}
        trial.load.sent.add(title)
        writing = asyncio.create_task(client.post("/graphql", json=body))
        await until(lambda: holder.fetchval(waiting), 10)
        ending = asyncio.create_task(asyncio.to_thread(trial.serving.end, 30))
        began = monotonic()
        await asyncio.sleep(0.5)
        await holder.close()
        answer = await writing
        status = await ending
        took = monotonic() - began
    await asyncio.to_thread(trial.serving.start)
    trial.over()
    trial.promise(code_of(answer) == "200", f"the write in flight was answered with {code_of(answer)}")
    trial.promise(status == 0, f"the server ended with {status}")
    trial.promise(took < 15, f"the server took {took:.0f} s to end")
    if code_of(answer) == "200":
        trial.load.acknowledge(title, answer.json()["data"]["raiseRecommendation"]["cursor"])
    trial.note(f"the write in flight got {code_of(answer)}; the process ended with {status} after {took:.1f} s")


async def exhaust(trial: Trial) -> None:
    """Have one viewer ask more slow statements than there is room for, and see who is refused and who is not."""
    await trial.sql(*(each.format(seconds=1) for each in SLOW))
    async with httpx.AsyncClient(
        base_url=trial.serving.address,
        timeout=CLIENT_TIMEOUT,
        trust_env=False,
        limits=httpx.Limits(max_connections=100),
        headers={"accept": "application/graphql-response+json"},
    ) as client:

        async def ask(query: dict[str, str], **headers: str) -> tuple[str, float]:
            began = monotonic()
            answer = await client.post("/graphql", json=query, headers=headers)
            lacks = answer.status_code == 503 and "retry-after" not in answer.headers
            return code_of(answer) + (" without retry-after" if lacks else ""), monotonic() - began

        asking = [asyncio.create_task(ask(SECTORS)) for _ in range(FLOOD)]
        await asyncio.sleep(1)
        others = [await ask(CHEAP, authorization=f"Bearer {trial.load.key}") for _ in range(20)]
        are_running = not all(each.done() for each in asking)
        answers = await asyncio.gather(*asking)
        livez = await client.get("/livez")
    await trial.sql(*FAST)
    trial.over()
    found = {each for each, _ in answers}
    slowest = {each: max(took for code, took in answers if code == each) for each in sorted(found)}
    trial.promise(found <= {"200", "503 OVERLOADED"}, f"slow queries were answered with {found}")
    trial.promise(sum(code == "200" for code, _ in answers) >= SHARE, "fewer were let in than there is room for")
    trial.promise("503 OVERLOADED" in found, "nobody was refused")
    trial.promise(slowest.get("503 OVERLOADED", 0) < 5, "refusals took as long as answers")
    trial.promise(livez.status_code == 200, "/livez was not answered")
    slowest_other = max(took for _, took in others)
    trial.promise(are_running and {code for code, _ in others} == {"200"}, f"others were answered with {others}")
    trial.promise(slowest_other < 1, f"others waited for {slowest_other:.1f} s")
    counts = "; ".join(
        f"{each}: {sum(code == each for code, _ in answers)}, within {took:.1f} s" for each, took in slowest.items()
    )
    trial.note(f"{len(answers)} queries of 1 s of one viewer on {POOL} connections with room for {ROOM}: {counts}")
    trial.note(f"{len(others)} small queries of another viewer meanwhile: 200, within {slowest_other:.2f} s")


async def hang_up(trial: Trial) -> None:
    """Cut connections while their statements run, and others in the middle of an answer."""
    await trial.sql(*(each.format(seconds=30) for each in SLOW))
    async with httpx.AsyncClient(base_url=trial.serving.address, timeout=CLIENT_TIMEOUT, trust_env=False) as client:
        asking = [asyncio.create_task(client.post("/graphql", json=SECTORS)) for _ in range(HELD)]
        looker = await asyncpg.connect(trial.dsn)
        is_running = await until(lambda: _are_running(looker, HELD))
        for each in asking:
            each.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        began = monotonic()
        is_free = await until(lambda: _are_running(looker, 0), 10)
        took = monotonic() - began
        await looker.close()
    await trial.sql(*FAST)
    cut = 0
    for _ in range(20):
        cut += await _cut(trial.serving.address)
    trial.over()
    trial.promise(is_running, "the statements did not run")
    trial.promise(is_free, "statements went on running although nobody waited for them")
    trial.promise(cut == 20, f"{cut} of 20 answers were cut")
    trial.note(f"{HELD} statements of 30 s ended within {took:.1f} s of their clients; {cut} answers were cut half-way")


async def _are_running(looker: asyncpg.Connection, count: int) -> bool:
    return bool(await looker.fetchval(RUNNING) == count)


async def _cut(address: str) -> bool:
    """Whether an answer had begun to come when its connection was cut."""
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    body = orjson.dumps({"query": LARGE})
    head = f"POST /graphql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    writer.write(head.encode() + b"\r\n\r\n" + body)
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(CLIENT_TIMEOUT):
            came = await reader.read(500)
            writer.transport.abort()
            return came.startswith(b"HTTP/1.1 200")
    return False


async def jump(trial: Trial) -> None:
    """Let the clock of the server's process jump ahead and back."""
    last = "SELECT at FROM change ORDER BY position DESC LIMIT 1"
    moments = []
    for _ in range(3):
        trial.serving.signal(signal.SIGUSR1)
        await trial.load.more(10)
        moments.append(await trial.sql(last))
    trial.over()
    ahead, back, _ = (each.date() for each in moments)  # type: ignore[attr-defined]
    trial.promise((ahead - back).days == 2, f"the clock did not jump: {ahead}, {back}")
    trial.note("entries written later say that they are earlier, and whoever follows misses and repeats none")


OF_SERVERS = (
    Fault("Server is killed", "`kill -9` of the server, and a start on the same port", kill, reads=GONE, writes=GONE),
    Fault(
        "Server is told to end",
        "SIGTERM while a write waits for a lock that is let go of",
        end,
        reads=GONE,
        writes=GONE,
    ),
    Fault(
        "Pool is exhausted",
        f"{FLOOD} slow queries of one viewer at once, with POOL_SIZE={POOL} and OPERATIONS={ROOM}",
        exhaust,
        reads=ALWAYS,
        writes=ALWAYS,
        settings=(("POOL_SIZE", str(POOL)), ("OPERATIONS", str(ROOM))),
    ),
    Fault(
        "Clients hang up",
        f"{HELD} connections are cut while their statements run, with POOL_SIZE={POOL}, and 20 in mid-answer",
        hang_up,
        settings=(("POOL_SIZE", str(POOL)), ("STATEMENT_TIMEOUT", "60")),
    ),
    Fault(
        "Clock jumps",
        "what the server's process takes for the time jumps a day ahead, two days back and a day ahead; the machine's"
        " clock and PostgreSQL's stay",
        jump,
        reads=ALWAYS,
        writes=ALWAYS,
        command=("-m", "faults.shifted", "serve"),
    ),
)
