"""Every closed list of values: stored as PostgreSQL enums, shown as GraphQL enums, labelled in Chinese and English."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """An enum whose value is its own name and which carries a label in two languages."""

    zh: str
    en: str

    def __new__(cls, name: str, zh: str, en: str) -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        member.zh = zh
        member.en = en
        return member


class AreaLevel(Labelled):
    """How high an area stands in the administrative tree."""

    PROVINCE = "PROVINCE", "省", "Province"
    CITY = "CITY", "市", "Prefecture-level city"
    DISTRICT = "DISTRICT", "区县(市)", "District, county or county-level city"
    TOWNSHIP = "TOWNSHIP", "镇街", "Township, town or street"
    VILLAGE = "VILLAGE", "村社", "Village or urban community"
    PARK = "PARK", "园区", "Industry park or industry platform"


class DistrictKind(Labelled):
    """What a county-level area is called."""

    DISTRICT = "DISTRICT", "区", "District"
    COUNTY = "COUNTY", "县", "County"
    COUNTY_LEVEL_CITY = "COUNTY_LEVEL_CITY", "县级市", "County-level city"


class SectorFamily(Labelled):
    """The four families of the 34 CPPCC sectors."""

    PARTY = "PARTY", "党派", "Parties and personages without party affiliation"
    ORGANIZATION = "ORGANIZATION", "团体", "People's organizations"
    CIRCLE = "CIRCLE", "界别", "Professional and social circles"
    INVITED = "INVITED", "特邀", "Specially invited"


class OrganizationKind(Labelled):
    """What a body is."""

    CPPCC_COMMITTEE = "CPPCC_COMMITTEE", "政协委员会", "CPPCC committee"
    SPECIAL_COMMITTEE = "SPECIAL_COMMITTEE", "专委会", "Special committee"
    SECTOR_GROUP = "SECTOR_GROUP", "界别(活动)组", "Sector group"
    TOWNSHIP_LIAISON = "TOWNSHIP_LIAISON", "镇街联络工委", "Township liaison committee"
    MENTOR_TEAM = "MENTOR_TEAM", "陪跑团·导师团", "Mentor team of members"
    LEADING_PARTY_GROUP = "LEADING_PARTY_GROUP", "党组", "Leading Party members' group"
    GENERAL_PARTY_BRANCH = "GENERAL_PARTY_BRANCH", "党总支", "General Party branch"
    PARTY_BRANCH = "PARTY_BRANCH", "党支部", "Party branch"
    PARTY_GROUP = "PARTY_GROUP", "党小组", "Party group"
    AUTHORITY = "AUTHORITY", "党委政府", "Party committee and government"
    DEPARTMENT = "DEPARTMENT", "部门·承办单位", "Department or handling body"


class PlatformKind(Labelled):
    """The five kinds of consultation platform."""

    DISTRICT_FORUM = "DISTRICT_FORUM", "区级综合协商平台", "District forum"
    DELIBERATION_HALL = "DELIBERATION_HALL", "民生议事堂", "Deliberation hall"
    CONSULTATION_STATION = "CONSULTATION_STATION", "协商驿站", "Consultation station"
    MEMBER_STUDIO = "MEMBER_STUDIO", "委员工作室", "Member studio"
    MEMBER_PARLOR = "MEMBER_PARLOR", "委员会客厅", "Member parlor"


class PlatformStatus(Labelled):
    """Where a platform stands in its life."""

    PLANNED = "PLANNED", "筹建", "Planned"
    ACTIVE = "ACTIVE", "运行", "Active"
    SUSPENDED = "SUSPENDED", "暂停", "Suspended"
    CLOSED = "CLOSED", "关闭", "Closed"


class PlatformLevel(Labelled):
    """Which level of the CPPCC or of local government a platform belongs to."""

    PROVINCIAL = "PROVINCIAL", "省级", "Provincial"
    MUNICIPAL = "MUNICIPAL", "市级", "Municipal"
    DISTRICT = "DISTRICT", "区县级", "District"
    TOWNSHIP = "TOWNSHIP", "镇街级", "Township"
    VILLAGE = "VILLAGE", "村社级", "Village"


class HostKind(Labelled):
    """On whose premises a platform works."""

    TOWNSHIP = "TOWNSHIP", "镇街", "Township or street"
    VILLAGE = "VILLAGE", "村社", "Village or community"
    PARK = "PARK", "园区", "Industry park"
    SECTOR = "SECTOR", "界别", "Sector"
    COMMITTEE = "COMMITTEE", "政协委员会", "CPPCC committee"
    ONLINE = "ONLINE", "线上", "Online only"


class Gender(Labelled):
    """A member's gender, where it is public."""

    FEMALE = "FEMALE", "女", "Female"
    MALE = "MALE", "男", "Male"


class MembershipRole(Labelled):
    """What a member is in an organization or at a platform."""

    CHAIR = "CHAIR", "主席", "Chair"
    VICE_CHAIR = "VICE_CHAIR", "副主席", "Vice-chair"
    LEAD = "LEAD", "领衔委员·负责人", "Lead member"
    GROUP_LEADER = "GROUP_LEADER", "组长", "Group leader"
    MEMBER = "MEMBER", "委员", "Member"
    LIAISON = "LIAISON", "联络员", "Liaison"
    SUPERVISOR = "SUPERVISOR", "派驻民主监督员", "Posted democratic supervisor"


class EventKind(Labelled):
    """What kind of duty or consultation activity an event is."""

    CONSULT_WITH_YOU = "CONSULT_WITH_YOU", "请你来协商", "Consult with you"
    HALL_SESSION = "HALL_SESSION", "民生议事堂活动", "Deliberation hall session"
    STATION_SESSION = "STATION_SESSION", "驿站协商", "Consultation station session"
    GOV_ENTERPRISE = "GOV_ENTERPRISE", "政企协商会", "Government–enterprise consultation"
    SECTOR_AT_STATION = "SECTOR_AT_STATION", "界别进驿站", "Sector at the station"
    STANDING_COMMITTEE = "STANDING_COMMITTEE", "专题议政性常委会会议", "Themed standing committee meeting"
    THEMED_CONSULTATION = "THEMED_CONSULTATION", "专题协商(会)", "Themed consultation"
    RESEARCH = "RESEARCH", "调研", "Research"
    INSPECTION = "INSPECTION", "视察", "Inspection"
    SUPERVISION = "SUPERVISION", "民主监督", "Democratic supervision"
    CLOUD_MEETING = "CLOUD_MEETING", "云会议", "Cloud meeting"
    SALON = "SALON", "创新沙龙", "Innovation salon"
    FORUM = "FORUM", "论坛", "Forum"
    SERVICE = "SERVICE", "送政策·助企", "Service to firms and residents"
    STUDY = "STUDY", "学习·读书", "Study"
    MOCK_CPPCC = "MOCK_CPPCC", "模拟政协", "Mock CPPCC"
    PLENARY = "PLENARY", "全会", "Plenary session"
    OTHER = "OTHER", "其他", "Other"


class EventStatus(Labelled):
    """Whether an event will take place or has taken place."""

    TENTATIVE = "TENTATIVE", "拟定", "Tentative"
    CONFIRMED = "CONFIRMED", "确定", "Confirmed"
    HELD = "HELD", "已举行", "Held"
    CANCELLED = "CANCELLED", "取消", "Cancelled"


class EventMode(Labelled):
    """Where people take part in an event."""

    ONSITE = "ONSITE", "线下", "On site"
    ONLINE = "ONLINE", "线上", "Online"
    HYBRID = "HYBRID", "线上线下", "On site and online"


class DatePrecision(Labelled):
    """How exactly a time is known; where less than the time is, it is the first moment of the period."""

    YEAR = "YEAR", "年", "The year only"
    MONTH = "MONTH", "月", "The month"
    DAY = "DAY", "日", "The day"
    TIME = "TIME", "时刻", "The time"


class OrganizerRole(Labelled):
    """Whether a body leads an event or joins in holding it."""

    HOST = "HOST", "主办", "Host"
    CO_HOST = "CO_HOST", "联办·协办", "Co-host"


class AttendanceRole(Labelled):
    """As what somebody takes part in an event."""

    MEMBER = "MEMBER", "委员", "Member"
    LEAD = "LEAD", "领衔", "Lead"
    GUEST = "GUEST", "嘉宾", "Guest"
    SUBSTITUTE = "SUBSTITUTE", "代为出席", "Substitute"
    OFFICIAL = "OFFICIAL", "部门代表", "Official"
    PUBLIC = "PUBLIC", "群众", "Member of the public"


class AttendanceState(Labelled):
    """Whether somebody came."""

    REGISTERED = "REGISTERED", "报名", "Registered"
    WAITING = "WAITING", "候补", "On the waiting list"
    CHECKED_IN = "CHECKED_IN", "签到", "Checked in"
    LEAVE = "LEAVE", "请假", "On leave"
    ABSENT = "ABSENT", "缺席", "Absent"


class ResultKind(Labelled):
    """What came out of consultation."""

    RECOMMENDATION = "RECOMMENDATION", "意见建议", "Recommendation"
    PROPOSAL = "PROPOSAL", "提案", "Proposal"
    PUBLIC_OPINION = "PUBLIC_OPINION", "社情民意信息", "Public opinion report"
    SUPERVISION_ITEM = "SUPERVISION_ITEM", "民主监督问题", "Supervision item"
    CITIZEN_REQUEST = "CITIZEN_REQUEST", "群众反映问题", "Citizen request"
    RESEARCH_REPORT = "RESEARCH_REPORT", "调研报告", "Research report"
    OUTCOME = "OUTCOME", "成效·实事", "Outcome"
    RECOGNITION = "RECOGNITION", "典型案例·试点·奖项", "Recognition"
    PARTNERSHIP = "PARTNERSHIP", "帮扶·校企合作", "Partnership"


class ResultStatus(Labelled):
    """Where a result stands. Which statuses a kind can have, and what may follow each, `stateMachines` says."""

    DRAFT = "DRAFT", "草稿", "Draft"
    RAISED = "RAISED", "提出", "Raised"
    SUBMITTED = "SUBMITTED", "提交", "Submitted"
    FILED = "FILED", "立案", "Filed"
    MERGED = "MERGED", "并案", "Merged into another"
    NOT_FILED_FORWARDED = "NOT_FILED_FORWARDED", "不立案转意见", "Not filed, forwarded as an opinion"
    NOT_FILED_RETURNED = "NOT_FILED_RETURNED", "不立案退回", "Not filed, returned"
    FOUND = "FOUND", "发现", "Found"
    FORWARDED = "FORWARDED", "转送", "Forwarded"
    TRANSFERRED = "TRANSFERRED", "转交", "Transferred"
    ASSIGNED = "ASSIGNED", "交办", "Assigned"
    REPLIED = "REPLIED", "正式回执", "Replied"
    REASSIGNED = "REASSIGNED", "二次办理", "Assigned again"
    REPLIED_AGAIN = "REPLIED_AGAIN", "二次办理回执", "Replied again"
    EVALUATED = "EVALUATED", "评价", "Evaluated"
    ADOPTED = "ADOPTED", "采纳", "Adopted"
    PARTLY_ADOPTED = "PARTLY_ADOPTED", "部分采纳", "Partly adopted"
    DECLINED = "DECLINED", "未采纳", "Declined"
    IMPLEMENTED = "IMPLEMENTED", "落实", "Implemented"
    RESOLVED = "RESOLVED", "解决", "Resolved"
    VERIFIED = "VERIFIED", "核实销号", "Verified"
    AWARDED = "AWARDED", "入选·获奖", "Awarded"
    CLOSED = "CLOSED", "办结", "Closed"


class AssignmentRole(Labelled):
    """Whether a department leads the handling of a proposal or joins in it."""

    LEAD = "LEAD", "主办", "Lead"
    JOINT = "JOINT", "会办", "Joint"


class AssignmentState(Labelled):
    """Where a department's part in the handling of a proposal stands."""

    GIVEN = "GIVEN", "交办", "Given"
    OBJECTED = "OBJECTED", "提出异议", "Objected to"
    REPLIED = "REPLIED", "已答复", "Replied"
    WITHDRAWN = "WITHDRAWN", "撤回", "Withdrawn"


class ReplyClass(Labelled):
    """The class of a reply to a proposal; what a class means, each district says for itself."""

    A = "A", "A类", "Class A"
    B = "B", "B类", "Class B"
    C = "C", "C类", "Class C"


class AuthorRole(Labelled):
    """What an author did for a result."""

    LEAD = "LEAD", "主提·第一作者", "Lead author"
    CO_AUTHOR = "CO_AUTHOR", "联名", "Co-author"


class AuthorityLevel(Labelled):
    """The level of the authority that endorses or honours."""

    NATIONAL = "NATIONAL", "国家", "National"
    PROVINCIAL = "PROVINCIAL", "省", "Provincial"
    MUNICIPAL = "MUNICIPAL", "市", "Municipal"
    DISTRICT = "DISTRICT", "区县", "District"


class EndorsementKind(Labelled):
    """How a leader endorsed a result."""

    INSTRUCTION = "INSTRUCTION", "批示", "Written instruction"
    AFFIRMATION = "AFFIRMATION", "批示肯定", "Written affirmation"


class DiscussionKind(Labelled):
    """What a discussion is for."""

    TOPIC = "TOPIC", "履职话题", "Topic that may ripen into a proposal"
    SURVEY = "SURVEY", "调研课题", "Survey on a subject of research"
    CALL = "CALL", "民生实事征集", "Call for people's matters"


class DiscussionStatus(Labelled):
    """Where a discussion stands."""

    OPEN = "OPEN", "讨论中", "Open"
    RIPE = "RIPE", "形成案由", "Ripened into a proposal"
    CLOSED = "CLOSED", "结束", "Closed"


class DocumentKind(Labelled):
    """What a document is."""

    REPORT = "REPORT", "报告", "Report"
    MEDIA = "MEDIA", "媒体报道", "Press report"
    DEPARTMENT_FILE = "DEPARTMENT_FILE", "部门文件", "File of a department"
    LECTURE = "LECTURE", "委员讲堂", "Lecture of a member"


class Precision(Labelled):
    """How exactly a figure is known."""

    EXACT = "EXACT", "确数", "Exact"
    AT_LEAST = "AT_LEAST", "余·超(不少于)", "At least"
    ABOUT = "ABOUT", "近·约", "About"
    COUNTED_FROM_LIST = "COUNTED_FROM_LIST", "据所列名单计", "Counted from a list of names"


class Basis(Labelled):
    """Whether a figure was published or counted from rows."""

    REPORTED = "REPORTED", "公布", "Reported"
    COMPUTED = "COMPUTED", "计算", "Computed"


class Unit(Labelled):
    """What a figure counts."""

    ITEM = "ITEM", "条·件·篇", "Item"
    SESSION = "SESSION", "场·次", "Session"
    PERSON = "PERSON", "名", "Person"
    PERSON_TIME = "PERSON_TIME", "人次", "Person-time (one visit of one person)"
    ORGANIZATION = "ORGANIZATION", "家·个", "Organization or place"
    DAY = "DAY", "天", "Day"
    MINUTE = "MINUTE", "分钟", "Minute"
    YEAR = "YEAR", "年·周年", "Year"
    RATIO = "RATIO", "比率", "Ratio, 1 meaning all"
    ORDINAL = "ORDINAL", "序位·年份", "Position in an order"


class Aggregation(Labelled):
    """How values of an indicator may be put together across places."""

    SUM = "SUM", "可加总", "Sum"
    LATEST = "LATEST", "取最新", "Latest value"
    RATIO = "RATIO", "按分子分母", "Ratio of sums"
    NONE = "NONE", "不可合并", "Cannot be put together"


class SearchType(Labelled):
    """What a search looks through."""

    AREA = "AREA", "区域", "Areas"
    PLATFORM = "PLATFORM", "协商平台", "Consultation platforms"
    MEMBER = "MEMBER", "委员", "Members"
    ORGANIZATION = "ORGANIZATION", "组织", "Organizations"
    EVENT = "EVENT", "活动", "Events"
    RESULT = "RESULT", "成果", "Results"


class ViewerKind(Labelled):
    """As what somebody asks."""

    ANONYMOUS = "ANONYMOUS", "匿名", "Somebody without a key"
    PARTNER = "PARTNER", "合作方", "The app of another county"
    MEMBER = "MEMBER", "政协委员", "A member"
    DISTRICT_STAFF = "DISTRICT_STAFF", "区县工作人员", "Staff of a district"
    CITY_STAFF = "CITY_STAFF", "市级工作人员", "Staff of a city"
    OPERATOR = "OPERATOR", "运维", "Whoever runs this server"


class Visibility(Labelled):
    """Who sees a row."""

    PUBLIC = "PUBLIC", "公开", "Everybody"
    SHARED = "SHARED", "共享", "Its district, and the partners it is shared with"
    INTERNAL = "INTERNAL", "内部", "Its district alone"


class ChangeType(Labelled):
    """What kind of row was changed: those with ids of their own, and the links between them."""

    AREA = "AREA", "区域", "Area"
    PARK_TOWNSHIP = "PARK_TOWNSHIP", "园区所在镇街", "In which townships a park lies"
    SECTOR = "SECTOR", "界别", "Sector"
    SOURCE = "SOURCE", "出处", "Source"
    INDICATOR = "INDICATOR", "指标", "Indicator"
    OBSERVATION = "OBSERVATION", "指标值", "Published figure"
    PLATFORM = "PLATFORM", "协商平台", "Platform"
    PLATFORM_SPONSOR = "PLATFORM_SPONSOR", "平台主办", "Who runs a platform"
    STAR_RATING = "STAR_RATING", "星级", "Star rating of a platform"
    ORGANIZATION = "ORGANIZATION", "组织", "Organization"
    HOSTING = "HOSTING", "阵地", "Where a body is hosted"
    MEMBER = "MEMBER", "委员", "Member"
    MEMBERSHIP = "MEMBERSHIP", "任职·隶属", "Membership"
    DUTY_RULE = "DUTY_RULE", "履职积分规则", "Rule for duty points"
    EVENT = "EVENT", "活动", "Event"
    EVENT_PLATFORM = "EVENT_PLATFORM", "活动地点", "Where an event is held"
    EVENT_ORGANIZER = "EVENT_ORGANIZER", "主办·联办", "Who holds an event"
    EVENT_PARTICIPANT = "EVENT_PARTICIPANT", "参与区县", "Which districts take part in an event"
    AGENDA_ITEM = "AGENDA_ITEM", "议题", "Agenda item"
    ATTENDANCE = "ATTENDANCE", "参加·签到", "Attendance"
    RESULT = "RESULT", "成果", "Result"
    RESULT_AUTHOR = "RESULT_AUTHOR", "作者", "Author of a result"
    RESULT_STEP = "RESULT_STEP", "办理环节", "Step in the handling of a result"
    ENDORSEMENT = "ENDORSEMENT", "批示", "Endorsement"
    ADOPTION = "ADOPTION", "采纳", "Adoption"
    ASSIGNMENT = "ASSIGNMENT", "交办单位", "Assignment of a proposal"
    EVALUATION = "EVALUATION", "评价", "Evaluation of a proposal's handling"
    REPLY_MEANING = "REPLY_MEANING", "答复分类含义", "What a class of replies means"
    RESULT_PLATFORM = "RESULT_PLATFORM", "联办平台", "Platform that works on a result"
    DISCUSSION = "DISCUSSION", "讨论", "Discussion"
    REMARK = "REMARK", "发言", "Remark"
    SUPPORT = "SUPPORT", "附议", "Support of a discussion"
    SUPERVISION_CAMPAIGN = "SUPERVISION_CAMPAIGN", "监督活动", "Supervision campaign"
    PROPOSAL_BUNDLE = "PROPOSAL_BUNDLE", "专题项目", "Bundle of proposals"
    DOCUMENT = "DOCUMENT", "文件", "Document"


class ChangeAction(Labelled):
    """What was done to a row."""

    CREATED = "CREATED", "新增", "Created"
    UPDATED = "UPDATED", "修改", "Updated"
    DELETED = "DELETED", "删除", "Deleted"


class WebhookState(Labelled):
    """Whether a webhook is told of changes."""

    ACTIVE = "ACTIVE", "启用", "It is told of changes"
    PAUSED = "PAUSED", "暂停", "It is told of nothing until it is resumed"
    DEAD = "DEAD", "失效", "It was given up, and goes on where it stood when it is resumed"


class BatchMode(Labelled):
    """What a bad row of a batch does to the others."""

    ALL_OR_NOTHING = "ALL_OR_NOTHING", "全部或全不", "One bad row keeps all out"
    SKIP_BAD = "SKIP_BAD", "跳过错误行", "Bad rows are left out, the others are put in"


class RowOutcome(Labelled):
    """What became of a row of a batch."""

    CREATED = "CREATED", "新增", "Created"
    CHANGED = "CHANGED", "已更新", "Changed"
    UNCHANGED = "UNCHANGED", "未变", "As it was"
    REFUSED = "REFUSED", "被拒", "Refused"
