"""Whether a database is what its writers were told: everything acknowledged once, nothing by half, counters right."""

from collections import Counter
from collections.abc import Iterable, Mapping

import asyncpg

from db.counters import differences

# Rows that lack something that is written with them: a result its step, an event its body and its district, both
# their one line of the change log.
HALVES = """
    WITH lines AS (
        SELECT type, row_district, row_id, count(*) AS number FROM changed_row
        WHERE type IN ('RESULT', 'EVENT') GROUP BY type, row_district, row_id
    )
    SELECT r.title FROM result r
    LEFT JOIN lines l ON (l.type, l.row_district, l.row_id) = ('RESULT', r.district, r.id)
    WHERE r.title LIKE $1 AND (1, 1) IS DISTINCT FROM (
        (SELECT count(*) FROM result_step s WHERE (s.district, s.result_id) = (r.district, r.id)),
        l.number)
    UNION ALL
    SELECT e.title FROM event e
    LEFT JOIN lines l ON (l.type, l.row_district, l.row_id) = ('EVENT', e.district, e.id)
    WHERE e.title LIKE $1 AND (1, 1, 1) IS DISTINCT FROM (
        (SELECT count(*) FROM event_organizer o WHERE (o.district, o.event_id) = (e.district, e.id)),
        (SELECT count(*) FROM event_participant p WHERE (p.district, p.event_id) = (e.district, e.id)),
        l.number)
"""
TITLES = "SELECT title FROM result WHERE title LIKE $1 UNION ALL SELECT title FROM event WHERE title LIKE $1"
LOGGED = """
    SELECT c.position::text, r.after->>'title' FROM change c JOIN changed_row r USING (district, position)
    WHERE r.type IN ('RESULT', 'EVENT')
"""
# What of the server's is at work or holds a transaction.
BUSY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'yizhan' AND datname = current_database() AND state <> 'idle'
"""


async def broken_promises(
    connection: asyncpg.Connection, mark: str, acknowledged: Mapping[str, str], sent: Iterable[str]
) -> list[str]:
    """What does not hold of writes whose titles begin with `mark`: `acknowledged` are cursors by title."""
    found = []
    # What was just written is not in PostgreSQL's statistics yet, by which it plans what is asked here.
    await connection.execute("ANALYZE result, result_step, event, event_organizer, event_participant, changed_row")
    positions = [row[0] for row in await connection.fetch("SELECT position FROM change ORDER BY 1")]
    head = await connection.fetchval("SELECT position FROM change_head")
    if positions != list(range(1, len(positions) + 1)) or head != len(positions):
        found.append(f"the change log has gaps: {len(positions)} entries, head {head}")
    titles = Counter(row[0] for row in await connection.fetch(TITLES, f"{mark} %"))
    if missing := [title for title in acknowledged if not titles[title]]:
        found.append(f"{len(missing)} acknowledged writes are not there, such as {missing[0]}")
    if twice := [title for title, count in titles.items() if count > 1]:
        found.append(f"{len(twice)} writes are there more than once, such as {twice[0]}")
    if unknown := titles.keys() - set(sent):
        found.append(f"{len(unknown)} rows were never sent")
    logged = dict(await connection.fetch(LOGGED))
    if wrong := [title for title, cursor in acknowledged.items() if logged.get(cursor) != title]:
        found.append(f"{len(wrong)} acknowledged writes have another place in the change log, such as {wrong[0]}")
    if halves := await connection.fetch(HALVES, f"{mark} %"):
        found.append(f"{len(halves)} writes are there by half, such as {halves[0][0]}")
    if wrong_counters := await differences(connection):
        found.append(f"{len(wrong_counters)} counters differ from a recount")
    return found


def broken_following(followed: list[int], newest: int) -> list[str]:
    """What does not hold of the cursors that a follower from the beginning was told."""
    if followed != list(range(1, len(followed) + 1)):
        return [f"the follower missed or repeated changes: {len(followed)} told, the last one {followed[-1]}"]
    if len(followed) < newest:
        return [f"the follower was told {len(followed)} of {newest} changes"]
    return []
