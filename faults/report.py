"""What faults did, as the page that `docs/faults.md` is: every number in it comes from one run."""

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from bench.surroundings import commit
from faults.load import READERS, WRITERS
from faults.trials import RECOVERY, Fault, Finding

INTRODUCTION = f"""# What faults do

Written by `make faults`, which starts a server and a PostgreSQL of its own for this, has {READERS} clients read, both
ways, {WRITERS} write and one follow the change log, and then does to them what is told below. A client that gets no
answer, or one that says to come again, sends its write again with the same `idempotencyKey`."""

CHECKED = f"""After each fault the database is compared with what the clients were told:

- every acknowledged write is there exactly once, under the cursor its client was given, and none of those that were
  sent is there twice;
- none is there by half: each has its steps, its bodies, its districts and its lines of the change log;
- the change log has no gaps, and the follower was told every entry once and in order, over however many connections;
- all counters equal a recount;
- no connection of the server's is left at work or in a transaction, and its log has no error;
- every 503 says `retry-after`, and clients read and write again within {RECOVERY:.0f} s."""

HEAD = (
    "| fault | reads | writes | longest without an answer, s | first answer afterwards, s | acknowledged writes that"
    " are there once | |",
    "|---|---|---|---|---|---|---|",
)


def page(found: Sequence[tuple[Fault, Finding]], postgresql: str) -> str:
    """The whole page."""
    parts = [
        INTRODUCTION,
        "\n".join(_circumstances(postgresql)),
        CHECKED,
        "Where there are two numbers, the first is that of reads and the second that of writes.",
        "\n".join((*HEAD, *(row(fault, finding) for fault, finding in found))),
        "## What was done",
        "\n".join(_done(found)),
    ]
    return "\n\n".join(parts) + "\n"


def row(fault: Fault, finding: Finding) -> str:
    """A fault's line of the table."""
    if finding.skipped:
        return f"| {fault.name} | not run here: {finding.skipped} | | | | | |"
    verdict = "**broken**" if finding.broken else "held"
    cells = (finding.reads, finding.writes, finding.outage, finding.recovery, finding.kept, verdict)
    return f"| {fault.name} | {' | '.join(cells)} |"


def _done(found: Sequence[tuple[Fault, Finding]]) -> Iterator[str]:
    for fault, finding in found:
        notes = "".join(f" {note[0].upper()}{note[1:]}." for note in finding.notes)
        yield f"- **{fault.name}**: {fault.what}.{notes}"
        for broken in finding.broken:
            yield f"  - **Broken:** {' '.join(broken.split())}"


def _circumstances(postgresql: str) -> Iterator[str]:
    packages = ", ".join(f"{name} {version(name)}" for name in ("asyncpg", "starlette", "uvicorn"))
    yield f"- Python {platform.python_version()}, PostgreSQL {postgresql}, {packages}"
    yield f"- Commit {commit('docs/faults.md')}"
