"""Sample results of a district: what came out of its events, how it was handled, endorsed and adopted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from db.activity import closing_time, handling, office_time, working_day
from db.enums import (
    AuthorityLevel,
    AuthorRole,
    EndorsementKind,
    EventKind,
    PlatformKind,
    ResultKind,
    ResultStatus,
)
from db.rows import (
    AdoptionRow,
    EndorsementRow,
    EventRow,
    MemberRow,
    ResultAuthorRow,
    ResultRow,
    ResultStepRow,
)
from db.sample_districts import BINJIANG, CHUNAN, LINPING, QIANTANG, XIAOSHAN, YUHANG, District, Place
from db.sample_members import party_members
from db.search import row_search
from db.wording import BENEFICIARIES, RESULT_TITLES

# What the sources give as exact, and 512 for "more than five hundred", 104 for "more than a hundred".
XIAOSHAN_RECOMMENDATIONS = 798
CHUNAN_RECOMMENDATIONS = 512
BINJIANG_ADVICE = 45
BINJIANG_REPORTS = 12
CHUNAN_SUPERVISION = {2022: 55, 2023: 104}
QIANTANG_ENDORSEMENTS = (
    (AuthorityLevel.DISTRICT, EndorsementKind.INSTRUCTION, 31),
    (AuthorityLevel.MUNICIPAL, EndorsementKind.AFFIRMATION, 2),
)

# What the supervision in Chun'an was about in both years.
PROGRAMME = "千万工程"

RESEARCH = (EventKind.RESEARCH, EventKind.INSPECTION)
ADOPTING = (ResultStatus.ADOPTED, ResultStatus.PARTLY_ADOPTED)
# These stages are the members' own; all others are the handling body's.
RAISING = (ResultStatus.RAISED, ResultStatus.SUBMITTED, ResultStatus.FOUND)


def add_results(d: District) -> None:
    """All results of the district, of which some numbers are published."""
    _recommend(d)
    for year, count in zip((2022, 2023), d.plan.proposals, strict=True):
        for number in range(count - (d.real["proposals_2023"] if year == 2023 else 0)):
            _propose(d, year, number)
    for number in range(90):
        raise_result(d, ResultKind.PUBLIC_OPINION, _some_time(d, 2022 + number % 2))
    if d.code == CHUNAN:
        _supervise(d)
    else:
        for number in range(14):
            raise_result(d, ResultKind.SUPERVISION_ITEM, _some_time(d, 2022 + number % 2, last_month=9), authors=False)
    _take_requests(d)
    if d.code == QIANTANG:
        _endorse(d)
    # The sources list the recognitions and partnerships of the other districts one by one.
    if d.code in (XIAOSHAN, YUHANG):
        for kind in (ResultKind.RECOGNITION, ResultKind.PARTNERSHIP):
            for number in range(3):
                raise_result(d, kind, _some_time(d, 2022 + number % 2, last_month=8), authors=False)


def _recommend(d: District) -> None:
    both, latest = d.held(), d.held(year=2023)
    halls = [(event, place) for event, place in both if event.kind is EventKind.HALL_SESSION]
    at_platforms = [(event, place) for event, place in both if place is not None]
    if d.code == BINJIANG:
        earlier = d.held(year=2022)
        _report(d, earlier, 6)
        _advise(d, earlier, 30)
        reports = _report(d, latest, BINJIANG_REPORTS)
        _advise(d, latest, BINJIANG_ADVICE - reports - d.real["advice_2023"])
        return
    if d.code == XIAOSHAN:
        _advise(d, at_platforms, XIAOSHAN_RECOMMENDATIONS - d.real["recommendations"])
    elif d.code == CHUNAN:
        _advise(d, halls, CHUNAN_RECOMMENDATIONS - d.real["hall_recommendations"])
    elif d.code == QIANTANG:
        _advise(d, at_platforms, 420)
    else:
        _advise(d, both, 150)
    _report(d, both, 24)


def _advise(d: District, events: Sequence[tuple[EventRow, Place | None]], count: int) -> None:
    order = d.random.sample(events, len(events))
    for number in range(count):
        event, place = order[number % len(order)]
        advice = raise_result(d, ResultKind.RECOMMENDATION, event.ends_at, event=event, place=place)
        if advice.status is ResultStatus.IMPLEMENTED and advice.closed_at is not None and d.random.random() < 0.3:
            closed_at = advice.closed_at
            raise_result(d, ResultKind.OUTCOME, closed_at, event=event, place=place, source=advice, authors=False)


def _report(d: District, events: Sequence[tuple[EventRow, Place | None]], count: int) -> int:
    """Up to `count` reports, at most one of each research; gives how many there are."""
    # A report is ready some weeks after the research, in the same year.
    studied = [event for event, _ in events if event.kind in RESEARCH and event.starts_at.month < 10]
    chosen = d.random.sample(studied, min(count, len(studied)))
    for event in chosen:
        ready_at = event.ends_at + timedelta(days=d.random.randint(10, 40))
        raise_result(d, ResultKind.RESEARCH_REPORT, ready_at, event=event)
    return len(chosen)


def _propose(d: District, year: int, number: int) -> None:
    # Most proposals are handed in around the yearly plenary session.
    raised_at = _some_time(d, year, last_month=3 if d.random.random() < 0.8 else 11)
    cause = None
    if d.code == LINPING:
        cause = f"线索由界别群众反映,经委员调研后提出({d.random.choice(('走访', '座谈', '来访', '线上留言'))})。"
    bundle_id = d.bundles[number % len(d.bundles)] if d.bundles and year == 2023 else None
    # Only sample proposals have a number of this form, so that none is taken for a real one.
    raise_result(d, ResultKind.PROPOSAL, raised_at, number=f"S{year}-{number + 1:03}", cause=cause, bundle_id=bundle_id)


def _supervise(d: District) -> None:
    for year, count in CHUNAN_SUPERVISION.items():
        campaign_id, works = d.campaigns[year]
        for number in range(count):
            about = d.subject(PROGRAMME)
            # The sources name few of the works that were supervised; the other items are about like subjects.
            if works and number % 4 == 0:
                about = works[number // 4 % len(works)], PROGRAMME
            found_at = _some_time(d, year, 3, 9)
            raise_result(d, ResultKind.SUPERVISION_ITEM, found_at, about=about, campaign_id=campaign_id, authors=False)


def _take_requests(d: District) -> None:
    kinds = (PlatformKind.MEMBER_STUDIO, PlatformKind.CONSULTATION_STATION)
    studios = [place for place in d.places if place.kind in kinds]
    online = [place for place in studios if place.is_online]
    for number in range(160 if online else 30 if studios else 0):
        place = d.random.choice(online or studios)
        raise_result(d, ResultKind.CITIZEN_REQUEST, _some_time(d, 2022 + number % 2), place=place)


def _endorse(d: District) -> None:
    reports = [
        result
        for result in d.results
        if result.kind is ResultKind.RESEARCH_REPORT and result.raised_at.year == 2023 and result.raised_at.month < 12
    ]
    for level, kind, count in QIANTANG_ENDORSEMENTS:
        for number in range(count):
            report = reports[number % len(reports)]
            issued_on = report.raised_at.date() + timedelta(days=d.random.randint(3, 30))
            d.batch.add(EndorsementRow(d.code, next(d.ids), d.key("endorsement"), report.id, level, kind, issued_on))


def _some_time(d: District, year: int, first_month: int = 1, last_month: int = 11) -> datetime:
    return office_time(d.random, working_day(d.random, year, first_month, last_month))


def raise_result(
    d: District,
    kind: ResultKind,
    raised_at: datetime,
    *,
    event: EventRow | None = None,
    place: Place | None = None,
    source: ResultRow | None = None,
    about: tuple[str, str] | None = None,
    campaign_id: int | None = None,
    bundle_id: int | None = None,
    number: str | None = None,
    cause: str | None = None,
    authors: bool = True,
) -> ResultRow:
    """A result with its authors and its handling; `about` a subject and topic, or about that of what it came from."""
    before = source or event
    subject, topic = about or (d.subjects[before.id] if before else d.subject())
    title = d.random.choice(RESULT_TITLES[kind]).format(subject=subject)
    steps = handling(d.random, kind, raised_at)
    department = d.random.choice(d.departments)
    beneficiaries = d.random.choice(BENEFICIARIES) if kind is ResultKind.OUTCOME else None
    level = AuthorityLevel.DISTRICT if kind is ResultKind.RECOGNITION else None
    texts = {"title": title, "number": number, "cause": cause, "topics": [topic], "beneficiaries": beneficiaries}
    sort_key, terms = row_search("result", texts)
    result = ResultRow(
        d.code, next(d.ids), d.key("result"), kind, steps[-1][0], title, raised_at, closing_time(steps), [topic],
        place.id if place else None, event.id if event else None, source.id if source else None,
        department if len(steps) > 1 else None, campaign_id, bundle_id, number, cause, beneficiaries, level,
        sort_key, terms,
    )  # fmt: skip
    d.batch.add(result)
    d.results.append(result)
    d.subjects[result.id] = subject, topic
    if authors:
        _sign(d, result, place)
    for stage, at in steps:
        body = None if stage in RAISING or len(steps) == 1 else department
        owner = d.code if body else None
        d.batch.add(ResultStepRow(d.code, next(d.ids), d.key("result_step"), result.id, stage, at, owner, body))
        if stage in ADOPTING and kind is ResultKind.RECOMMENDATION:
            d.batch.add(AdoptionRow(d.code, next(d.ids), d.key("adoption"), result.id, d.code, department, at.date()))
    return result


def _sign(d: District, result: ResultRow, place: Place | None) -> None:
    alone = d.code == XIAOSHAN and result.kind is ResultKind.RECOMMENDATION
    pool: list[MemberRow] = party_members(d) if alone else d.members
    here = d.at_place.get(place.id, []) if place else []
    first = d.random.choice(here or pool)
    others = [member for member in d.random.sample(pool, d.random.choice((0, 0, 0, 1, 2))) if member.id != first.id]
    for position, member in enumerate([first, *others]):
        role = AuthorRole.CO_AUTHOR if position else AuthorRole.LEAD
        d.batch.add(ResultAuthorRow(d.code, result.id, d.code, member.id, role, position))
