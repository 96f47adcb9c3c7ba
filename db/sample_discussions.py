"""Sample discussions: topics that members raised, what others said to them, and who stands behind them."""

from datetime import datetime, timedelta

from db import search
from db.activity import LOCAL, seeded
from db.enums import DiscussionKind, DiscussionStatus
from db.rows import DiscussionRow, RemarkRow, SupportRow
from db.sample_districts import District
from db.wording import SUBJECTS

COUNT = 12
FIRST = datetime(2023, 1, 9, 10, tzinfo=LOCAL)
TITLES = {
    DiscussionKind.TOPIC: "大家谈{subject}",
    DiscussionKind.SURVEY: "{subject}调研问卷",
    DiscussionKind.CALL: "{subject}民生实事征集",
}
REMARKS = (
    "建议先做试点,再总结推广。",
    "希望部门与委员一起到现场看看。",
    "附近居民对此反映较多。",
    "可以参考兄弟区县的做法。",
)


def add_discussions(d: District) -> None:
    """A dozen discussions of the district, a few weeks apart, the newest still open."""
    random = seeded(f"discussions {d.code}")
    subjects = [subject for topic in d.plan.topics for subject in SUBJECTS[topic]]
    for number in range(COUNT):
        kind = random.choice((DiscussionKind.TOPIC, DiscussionKind.TOPIC, DiscussionKind.SURVEY, DiscussionKind.CALL))
        opener, opened_at = random.choice(d.members), FIRST + timedelta(days=24 * number, minutes=random.randrange(300))
        title = TITLES[kind].format(subject=subjects[number % len(subjects)])
        topic = next(topic for topic in d.plan.topics if subjects[number % len(subjects)] in SUBJECTS[topic])
        sort_key, terms = search.row_search("discussion", {"title": title, "topics": [topic]})
        row = DiscussionRow(
            district=d.code,
            id=next(d.ids),
            key=d.key("discussion"),
            kind=kind,
            status=DiscussionStatus.OPEN if number >= COUNT - 3 else DiscussionStatus.CLOSED,
            title=title,
            topics=[topic],
            member_district=d.code,
            member_id=opener.id,
            opened_at=opened_at,
            sort_key=sort_key,
            terms=terms,
        )
        d.batch.add(row)
        for place in range(random.randrange(5)):
            speaker = None if kind is not DiscussionKind.TOPIC else random.choice(d.members)
            said_at = opened_at + timedelta(days=place + 1)
            d.batch.add(
                RemarkRow(
                    d.code, next(d.ids), d.key("remark"), row.id, speaker and d.code, speaker and speaker.id,
                    random.choice(REMARKS), said_at,
                )
            )  # fmt: skip
        if kind is DiscussionKind.TOPIC:
            for member in random.sample(d.members, random.randrange(4)):
                d.batch.add(SupportRow(d.code, row.id, d.code, member.id))
