"""Webhooks: an app is told of all that its key sees, in order, signed, and whatever fails meanwhile."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import asyncpg
import httpx
import pytest
from conftest import database, database_name, execute
from receiving import Receiver, is_signed
from serving import issued, teller_of
from telling import Teller
from test_command_line import run
from test_mutations import fetch
from test_server import served

from db import access, webhooks
from db.enums import ViewerKind
from resolvers.webhooks import LONGEST_DELAY, MAX_BODY, delay

pytestmark = pytest.mark.anyio

NAMES = (f"应用{number}" for number in itertools.count(1))
SHOWN = """{ webhooks { id url types state cursor lag failures nextAttemptAt lastError deliveredAt
  deliveries { previousCursor cursor changes attempt status error } } }"""


class Served:
    """A server that may reach this machine, and a key of the city to write with."""

    def __init__(self, dsn: str, address: str) -> None:
        self.dsn = dsn
        self.address = address
        self.key = asyncio.run(issued(dsn))

    def teller(self, client: httpx.AsyncClient, key: str | None = None) -> Teller:
        return teller_of(client, self.address, key or self.key)

    async def partner(self, code: str = "330102") -> str:
        """A key of another county's app."""
        return await partner_of(self.dsn, code)


async def partner_of(dsn: str, code: str = "330102") -> str:
    connection = await asyncpg.connect(dsn)
    key = await access.issue(connection, next(NAMES), access.Terms(ViewerKind.PARTNER, partner=code))
    await connection.close()
    return key


@pytest.fixture(scope="module")
def server(postgres: str, hangzhou_template: str) -> Iterator[Served]:
    with (
        database(postgres, template=database_name(hangzhou_template)) as dsn,
        served(DATABASE_URL=dsn, WEBHOOKS_PRIVATE="1") as (address, _),
    ):
        yield Served(dsn, address)


async def raised(teller: Teller, **given: Any) -> int:
    """The cursor of a recommendation that was raised."""
    where = {} if "platform" in given else {"district": "330114"}
    await teller.do("raiseRecommendation", "recommendation { id }", **{"title": "一", **where, **given})
    return int((await teller.ask("{ changes(last: 1) { nodes { cursor } } }"))["changes"]["nodes"][0]["cursor"])


async def added(teller: Teller, receiver: Receiver, **given: Any) -> Any:
    """A webhook and its secret, which leads to a receiver."""
    return await teller.do("addWebhook", "webhook { id cursor state } secret", url=receiver.url, **given)


async def the(teller: Teller, webhook: str) -> Any:
    """A webhook as it is shown."""
    return next(each for each in (await teller.ask(SHOWN))["webhooks"] if each["id"] == webhook)


async def until_it_is(teller: Teller, webhook: str, **wanted: Any) -> Any:
    """A webhook as it is shown once it is as wanted."""
    for _ in range(300):
        found = await the(teller, webhook)
        if {name: found[name] for name in wanted} == wanted:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(found)


async def test_changes_come_in_order_signed_and_without_a_gap(server: Served) -> None:
    with Receiver().listening() as receiver:
        async with httpx.AsyncClient(timeout=30) as client:
            writer, app = server.teller(client), server.teller(client, await server.partner())
            hook = await added(app, receiver)
            written = [await raised(writer, title=f"第{number}条") for number in range(12)]
            messages = receiver.until(12)
            shown = await until_it_is(app, hook["webhook"]["id"], cursor=str(written[-1]))
    assert (receiver.cursors, receiver.most_at_once) == (written, 1)
    last = hook["webhook"]["cursor"]
    for message in messages:
        assert is_signed(message, hook["secret"])
        assert not is_signed(message, hook["secret"].replace("whsec_", "whsec_AAAA"))
        assert message.headers["content-type"] == "application/json"
        assert (message.body["webhook"], message.body["previousCursor"]) == (hook["webhook"]["id"], last)
        last = message.body["cursor"]
        assert last == message.body["changes"][-1]["cursor"]
    titles = [row["after"]["title"] for m in messages for c in m.body["changes"] for row in c["rows"][:1]]
    assert titles == [f"第{number}条" for number in range(12)]
    assert (shown["state"], shown["lag"], shown["failures"], shown["lastError"]) == ("ACTIVE", 0, 0, None)
    assert sum(each["changes"] for each in shown["deliveries"]) == 12


async def test_an_app_is_told_of_what_its_key_sees_and_goes_past_the_rest(server: Served) -> None:
    with Receiver().listening() as shared, Receiver().listening() as other:
        async with httpx.AsyncClient(timeout=30) as client:
            writer = server.teller(client)
            apps = [server.teller(client, await server.partner(code)) for code in ("330102", "330105")]
            hooks = [await added(app, to) for app, to in zip(apps, (shared, other), strict=True)]
            hidden = {"title": "不公开", "visibility": "INTERNAL"}
            await raised(writer, **hidden)
            given = [await raised(writer, title="共享", visibility="SHARED", sharedWith=["330102"])]
            given += [await raised(writer, title="公开")]
            last = await raised(writer, **hidden)
            shared.until(2)
            other.until(1)
            for app, hook in zip(apps, hooks, strict=True):
                # Past what it does not see, without a message.
                await until_it_is(app, hook["webhook"]["id"], cursor=str(last), lag=0)
    assert (shared.cursors, other.cursors) == (given, given[1:])
    assert "不公开" not in str([each.body for each in (*shared.messages, *other.messages)])
    # A chain of cursors, whatever was left out.
    for receiver, hook in zip((shared, other), hooks, strict=True):
        before = [message.body["previousCursor"] for message in receiver.messages]
        after = [message.body["cursor"] for message in receiver.messages]
        assert before == [hook["webhook"]["cursor"], *after[:-1]]


async def test_types_and_places_are_told_alone(server: Served) -> None:
    with Receiver().listening() as receiver:
        async with httpx.AsyncClient(timeout=30) as client:
            writer, app = server.teller(client), server.teller(client, await server.partner())
            hall, elsewhere = await writer.platform("xiaoshan-beigan-hall"), await writer.platform("qiantang-hui")
            await added(app, receiver, types=["STAR_RATING"], under=await writer.area("330109"))
            for platform in (elsewhere, hall):
                await raised(writer, platform=platform)
                await writer.do("ratePlatform", "platform { id }", platform=platform, year=2022, stars=3)
            (message,) = receiver.until(1)
    (told,) = message.body["changes"]
    assert (told["mutation"], told["rows"][0]["after"]["platform"]) == ("ratePlatform", hall)


async def test_what_is_not_received_is_sent_again_until_it_is(server: Served) -> None:
    with Receiver(answers=[500, 302, 404]).listening() as receiver:
        async with httpx.AsyncClient(timeout=30) as client:
            writer, app = server.teller(client), server.teller(client, await server.partner())
            hook = await added(app, receiver)
            written = await raised(writer)
            receiver.until(1)
            shown = await until_it_is(app, hook["webhook"]["id"], failures=0, cursor=str(written))
    assert [each.status for each in receiver.messages] == [500, 302, 404, 204]
    # No redirection is followed, and a message sent again is the same one.
    assert {each.path for each in receiver.messages} == {"/changes"}
    assert len({(each.headers["webhook-id"], each.raw) for each in receiver.messages}) == 1
    assert [(each["attempt"], each["status"], each["error"]) for each in shown["deliveries"]] == [
        (4, 204, None),
        (3, 404, "the answer was 404, and only 2xx counts as received"),
        (2, 302, "the answer was 302, and only 2xx counts as received"),
        (1, 500, "the answer was 500, and only 2xx counts as received"),
    ]


async def test_a_receiver_that_was_down_is_told_when_it_is_back(server: Served) -> None:
    receiver = Receiver()
    async with httpx.AsyncClient(timeout=30) as client:
        writer, app = server.teller(client), server.teller(client, await server.partner())
        with receiver.listening():
            hook = await added(app, receiver)
            written = [await raised(writer)]
            receiver.until(1)
        written += [await raised(writer) for _ in range(3)]
        for _ in range(100):
            shown = await the(app, hook["webhook"]["id"])
            if shown["failures"]:
                break
            await asyncio.sleep(0.1)
        assert (shown["state"], shown["lastError"]) == ("ACTIVE", "the connection failed")
        assert shown["nextAttemptAt"] is not None
        with receiver.listening():
            receiver.until(4)
    assert receiver.cursors == written


async def test_nothing_is_lost_when_the_server_that_tells_is_killed(own_hangzhou: str) -> None:
    key = await issued(own_hangzhou)
    app = await partner_of(own_hangzhou)
    settings = {"DATABASE_URL": own_hangzhou, "WEBHOOKS_PRIVATE": "1"}
    with Receiver(pause=0.5).listening() as receiver, ExitStack() as stack:
        servers = [stack.enter_context(served(**settings)) for _ in range(2)]
        async with httpx.AsyncClient(timeout=30) as client:
            await added(teller_of(client, servers[0][0], app), receiver)
            written = [await raised(teller_of(client, servers[0][0], key)) for _ in range(10)]
            pid = await pid_of_who_tells(own_hangzhou)
            (killed,) = (each for each in servers if each[1].pid == pid)
            killed[1].kill()
            waited = len(written) - len(receiver.cursors)
            servers.remove(killed)
            written += [await raised(teller_of(client, servers[0][0], key)) for _ in range(10)]
            for _ in range(300):
                if written[-1] in receiver.cursors:
                    break
                await asyncio.sleep(0.1)
    assert waited > 0
    assert list(dict.fromkeys(receiver.cursors)) == written
    # What was on its way when the server was killed may come twice, and nothing else.
    assert receiver.most_at_once <= 2
    assert len(receiver.received) <= len({each.headers["webhook-id"] for each in receiver.received}) + 1


async def pid_of_who_tells(dsn: str) -> int:
    """The process that has a webhook to tell."""
    found: list[tuple[str]] = []
    for _ in range(100):
        found = await fetch(
            dsn,
            "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
            f" WHERE locktype = 'advisory' AND classid = {webhooks.LOCK} AND datname = current_database()",
        )
        if found:
            break
        await asyncio.sleep(0.02)
    ((name,),) = found
    return int(name.removeprefix("yizhan webhooks "))


async def test_an_app_is_told_again_from_a_cursor_on(server: Served) -> None:
    with Receiver().listening() as receiver:
        async with httpx.AsyncClient(timeout=30) as client:
            writer, app = server.teller(client), server.teller(client, await server.partner())
            hook = await added(app, receiver)
            written = [await raised(writer) for _ in range(3)]
            receiver.until(3)
            await until_it_is(app, hook["webhook"]["id"], cursor=str(written[-1]))
            id_ = hook["webhook"]["id"]
            await app.do("replayWebhook", "webhook { state }", webhook=id_, since=str(written[0]))
            receiver.until(5)
            earlier = await added(app, receiver, since=str(written[1]))
            receiver.until(6)
            assert earlier["secret"] != hook["secret"]
    assert receiver.cursors == [*written, *written[1:], written[2]]


async def test_what_is_paused_given_up_or_gone_waits_where_it_stands(server: Served) -> None:
    with Receiver().listening() as receiver:
        async with httpx.AsyncClient(timeout=30) as client:
            writer, app = server.teller(client), server.teller(client, await server.partner())
            hook = await added(app, receiver)
            id_ = hook["webhook"]["id"]
            await app.do("pauseWebhook", "webhook { id }", webhook=id_)
            written = [await raised(writer)]
            await asyncio.sleep(0.5)
            assert receiver.messages == []
            # It has been failing for longer than is borne.
            receiver.answers += [503]
            await app.do("resumeWebhook", "webhook { id }", webhook=id_)
            await until_it_is(app, id_, failures=1)
            receiver.answers += [503]
            past = "failing_since = now() - interval '4 days', next_attempt_at = now()"
            await execute(server.dsn, f"UPDATE webhook SET {past} WHERE id = {id_}")
            dead = await until_it_is(app, id_, state="DEAD")
            assert (dead["lag"], dead["lastError"]) == (1, "the answer was 503, and only 2xx counts as received")
            written += [await raised(writer)]
            assert receiver.received == []
            receiver.answers += [410]
            await app.do("resumeWebhook", "webhook { id }", webhook=id_)
            paused = await until_it_is(app, id_, state="PAUSED")
            assert paused["lastError"] == "the answer was 410: it is gone for good"
            await app.do("resumeWebhook", "webhook { id }", webhook=id_)
            receiver.until(2)
            await app.do("removeWebhook", "webhookId", webhook=id_)
            await raised(writer)
            assert id_ not in [each["id"] for each in (await app.ask(SHOWN))["webhooks"]]
    assert receiver.cursors == written


async def test_a_key_that_was_revoked_ends_its_webhooks(server: Served) -> None:
    with Receiver().listening() as receiver:
        async with httpx.AsyncClient(timeout=30) as client:
            key = await server.partner()
            hook = await added(server.teller(client, key), receiver)
            where = f"digest = '{access.digest(key)}'"
            await execute(server.dsn, f"UPDATE access_key SET expires_at = now() WHERE {where}")
            await raised(server.teller(client))
            state = f"SELECT state::text, last_error FROM webhook WHERE id = {hook['webhook']['id']}"
            for _ in range(100):
                found = await fetch(server.dsn, state)
                if found[0][0] != "ACTIVE":
                    break
                await asyncio.sleep(0.1)
    assert (found, receiver.messages) == ([("DEAD", "its key was revoked or has expired")], [])


async def test_much_that_waits_comes_in_messages_of_bounded_size(server: Served) -> None:
    with Receiver().listening() as receiver:
        async with httpx.AsyncClient(timeout=30) as client:
            writer, app = server.teller(client), server.teller(client, await server.partner())
            hook = await added(app, receiver)
            await app.do("pauseWebhook", "webhook { id }", webhook=hook["webhook"]["id"])
            written = [await raised(writer, body="长" * 20_000) for _ in range(30)]
            await app.do("resumeWebhook", "webhook { id }", webhook=hook["webhook"]["id"])
            receiver.until(30)
    assert receiver.cursors == written
    assert max(len(each.raw) for each in receiver.messages) <= MAX_BODY
    assert 1 < len(receiver.messages) < 30


async def test_a_webhook_is_its_keys_alone(server: Served) -> None:
    with Receiver().listening() as receiver:
        async with httpx.AsyncClient(timeout=30) as client:
            app, other = [server.teller(client, await server.partner()) for _ in range(2)]
            given = {"url": receiver.url, "idempotencyKey": "once"}
            first = await app.do("addWebhook", "webhook { id } secret", **given)
            assert await app.do("addWebhook", "webhook { id } secret", **given) == first
            id_ = first["webhook"]["id"]
            assert (await other.ask(SHOWN))["webhooks"] == []
            for mutation in ("removeWebhook", "pauseWebhook", "resumeWebhook"):
                assert (await other.refused(mutation, webhook=id_))["__typename"] == "NotFound"
            assert [each["id"] for each in (await app.ask(SHOWN))["webhooks"]] == [id_]
            for _ in range(19):
                await added(app, receiver)
            refused = await app.refused("addWebhook", url=receiver.url)
            assert refused["message"] == "the key has 20 webhooks already; remove one, or name more types in one"
            # Neither the secret nor the address is in the log.
            logged = await fetch(server.dsn, "SELECT c::text FROM change c WHERE mutation = 'addWebhook'")
            assert len(logged) == 1
            assert first["secret"] not in logged[0][0]
            answer = await client.post(f"{server.address}/graphql", json={"query": "{ webhooks { id } }"})
            assert [each["extensions"]["code"] for each in answer.json()["errors"]] == ["FORBIDDEN"]


def test_webhooks_are_kept_by_command(own_hangzhou: str) -> None:
    given: dict[str, str] = {"DATABASE_URL": own_hangzhou}
    assert run("keys", "issue", "app", "--partner", "330102", **given)[0] == 0
    url = "https://example.org/changes"
    code, out, _ = run("webhooks", "add", "app", url, "--type", "RESULT", "--since", "0", **given)
    number, secret = out.split()
    assert (code, secret.startswith("whsec_")) == (0, True)
    assert run("webhooks", "pause", number, **given)[0] == 0
    code, out, _ = run("webhooks", "list", **given)
    assert (code, out.split()[:5], secret in out) == (0, [number, "app", "PAUSED", "at", "0"], False)
    assert run("webhooks", "replay", number, "--since", "9", **given) == (
        1, "", "since 9 is ahead of the change log, whose newest cursor is 0\n",
    )  # fmt: skip
    assert run("webhooks", "remove", number, **given)[0] == 0
    complaint = f"No webhook has the number {number}. `python server.py webhooks list` shows all.\n"
    assert run("webhooks", "pause", number, **given) == (1, "", complaint)
    assert run("webhooks", "add", "nobody", url, **given)[2] == (
        "No key called nobody holds. `python server.py keys list` shows all.\n"
    )


def test_the_time_between_attempts_doubles_up_to_an_hour() -> None:
    for failures, longest in ((0, 1), (3, 8), (11, 2_048), (12, LONGEST_DELAY), (100_000, LONGEST_DELAY)):
        assert all(longest / 2 <= delay(failures) <= longest for _ in range(100))


async def test_deliveries_are_forgotten_after_a_week(own_hangzhou: str) -> None:
    connection = await asyncpg.connect(own_hangzhou)
    await access.issue(connection, "app", access.Terms(ViewerKind.PARTNER, partner="330102"))
    key_id = await access.id_of(connection, "app")
    assert key_id is not None
    row = await webhooks.add(connection, key_id, "https://example.org/", None, None, 0)
    for attempt in (1, 2):
        await webhooks.delivered(connection, row["id"], 0, 0, webhooks.Sent(0, 0, 1, attempt, 5, 204, None))
        # The first is then nine days old, the second six.
        days = 3 if attempt == 1 else 6
        await connection.execute("UPDATE webhook_delivery SET at = at - make_interval(days => $1)", days)
    await webhooks.forget(connection)
    kept = (await webhooks.deliveries_of(connection, [row["id"]], 10))[row["id"]]
    await connection.close()
    assert [each["attempt"] for each in kept] == [2]
