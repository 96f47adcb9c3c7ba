"""`make bench`: measures Yizhan beside its peers, prints the results and writes them to `bench/RESULTS.md`."""

import asyncio
import os
import signal
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
import uvloop

from bench.answers import Disagreement
from bench.cases import CASES
from bench.client import BadAnswer
from bench.database import scratch_database
from bench.measuring import Run
from bench.report import Report
from bench.servers import SERVERS, NotServing, serving
from db.embedded import ServerNotStarted

RESULTS = Path(__file__).with_name("RESULTS.md")
NAMES = [case.name for case in CASES]


def say(message: str) -> None:
    """Tell how far the bench is, apart from its results."""
    typer.echo(message, err=True)


def chosen(given: list[str] | None, names: list[str], what: str) -> list[str]:
    """Those of `names` that are given, all of them when none is."""
    for name in given or []:
        if name not in names:
            raise typer.BadParameter(f"no {what} is called {name}; these are: {', '.join(names)}")
    return [name for name in names if not given or name in given]


def _end_by_cancelling() -> None:
    """Let SIGTERM end the run as SIGINT does: the servers are stopped and the scratch database is dropped."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def measured(rounds: int, is_kept: bool, queries: list[str], names: list[str]) -> Report:
    """One run of some queries on some servers."""
    began = datetime.now(UTC)
    _end_by_cancelling()
    given = os.environ.get("DATABASE_URL", "").replace("postgresql+asyncpg://", "postgresql://", 1) or None
    cases = [case for case in CASES if case.name in queries]
    servers = tuple(server for server in SERVERS if server.name in names)
    async with scratch_database(given, is_kept=is_kept, say=say) as dsn:
        with tempfile.TemporaryDirectory(prefix="yizhan-bench-logs-") as logs, serving(servers, dsn, Path(logs)) as up:
            run = Run(cases, up, say)
            connection = await asyncpg.connect(dsn)
            postgresql = await connection.fetchval("SHOW server_version")
            await run.prepare(connection)
            await connection.close()
            for warning in run.warnings:
                say(f"Warning: {warning}")
            await run.warm_up()
            for number in range(rounds):
                await run.measure(number)
    return Report(cases, servers, run.cells, rounds, postgresql, began, run.warnings)


def main(
    rounds: Annotated[int, typer.Option(envvar="BENCH_ROUNDS", min=1, help="How often everything is measured.")] = 3,
    keep: Annotated[
        bool, typer.Option("--keep", envvar="BENCH_KEEP", help="Keep the data for the next time, or use those kept.")
    ] = False,
    query: Annotated[list[str] | None, typer.Option(help="Only this query; may be repeated.")] = None,
    server: Annotated[list[str] | None, typer.Option(help="Only this server; may be repeated.")] = None,
) -> None:
    """Measure Yizhan beside PostGraphile, plain Strawberry and written SQL on data set S.

    Only a run of everything is written to bench/RESULTS.md.

    Example: `.venv-bench/bin/python -m bench --keep --rounds 1 --query small`
    """
    queries, names = chosen(query, NAMES, "query"), chosen(server, [server.name for server in SERVERS], "server")
    try:
        report = uvloop.run(measured(rounds, keep, queries, names))
    except (Disagreement, BadAnswer, NotServing, ServerNotStarted) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        typer.echo(f"The database cannot be used: {error}. Check DATABASE_URL, or unset it.", err=True)
        raise typer.Exit(1) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(130) from None
    page = report.markdown()
    typer.echo(page)
    if len(queries) == len(CASES) and len(names) == len(SERVERS):
        RESULTS.write_text(page, encoding="utf-8")
        say(f"Written to {RESULTS}")


if __name__ == "__main__":
    typer.run(main)
