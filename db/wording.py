"""The words of made-up activity: topics and what is talked about under them, titles by kind, names of sample persons.

Every title comes from a bounded set, and no name is one the published sources give to a real person.
"""

from random import Random

from db.enums import EventKind, ResultKind

SUBJECTS: dict[str, tuple[str, ...]] = {
    "亚运": (
        "亚运场馆周边环境整治", "全民健身喜迎亚运", "亚运志愿服务", "亚运城市文化", "亚运交通组织", "亚运场馆赛后利用",
    ),
    "共同富裕": (
        "村级集体经济发展", "低收入家庭就业帮扶", "山海协作项目", "公共服务均等化", "新就业群体服务", "农民转移就业",
    ),
    "科技创新": (
        "科研成果转化", "人工智能产业培育", "高端服务支撑体系", "青年人才引育", "创新平台开放共享", "集成电路产业协作",
    ),
    "营商环境": (
        "惠企政策直达", "中小企业融资服务", "产业园区配套", "涉企检查规范", "知识产权保护", "总部经济发展",
    ),
    "城市更新": (
        "老旧小区加装电梯", "口袋公园建设", "农贸市场改造", "地下管网更新", "背街小巷整治", "存量厂房改造",
    ),
    "乡村振兴": (
        "美丽乡村长效管护", "农产品品牌建设", "民宿规范发展", "农村电商人才培养", "稻田综合种养", "乡村产业用地",
    ),
    "千万工程": (
        "农村饮用水提升达标", "农村生活污水治理", "农村垃圾分类", "村庄风貌提升", "农村公路养护", "未来乡村建设",
    ),
    "一老一小": (
        "社区老年食堂运营", "婴幼儿托育服务", "居家养老照护", "中小学课后服务", "儿童友好社区建设", "留守老人关爱",
    ),
    "交通出行": (
        "公交接驳线路优化", "学校周边交通疏导", "停车资源共享", "非机动车充电设施", "地铁站点慢行系统", "公交站点设置",
    ),
    "生态环境": (
        "河道水质提升", "扬尘污染防治", "森林资源保护", "餐饮油烟治理", "湖区生态修复", "工业固废处置",
    ),
    "文旅融合": (
        "历史文化挖掘", "古建筑修缮", "夜间文旅消费", "非遗传承保护", "文艺精品创作", "滨水旅游线路",
    ),
    "数字化改革": (
        "基层减负数字应用", "数据要素流通", "城市数字治理", "老年人数字素养", "智慧医疗便民", "数字政务服务",
    ),
}  # fmt: skip

EVENT_TITLES: dict[EventKind, str] = {
    EventKind.CONSULT_WITH_YOU: "“请你来协商”:{subject}",
    EventKind.HALL_SESSION: "{place}协商{subject}",
    EventKind.STATION_SESSION: "{place}商议{subject}",
    EventKind.GOV_ENTERPRISE: "政企协商会:{subject}",
    EventKind.SECTOR_AT_STATION: "界别进驿站:{subject}",
    EventKind.STANDING_COMMITTEE: "{subject}专题议政性常委会会议",
    EventKind.THEMED_CONSULTATION: "{subject}专题协商会",
    EventKind.RESEARCH: "{subject}专题调研",
    EventKind.INSPECTION: "{subject}专题视察",
    EventKind.SUPERVISION: "{subject}专项民主监督",
    EventKind.CLOUD_MEETING: "{subject}云会议",
    EventKind.SALON: "{place}创新沙龙:{subject}",
    EventKind.FORUM: "{subject}论坛",
    EventKind.SERVICE: "委员服务日:{subject}",
    EventKind.STUDY: "{subject}专题学习",
}

RESULT_TITLES: dict[ResultKind, tuple[str, ...]] = {
    ResultKind.RECOMMENDATION: (
        "关于改进{subject}的建议",
        "关于推进{subject}的建议",
        "关于{subject}的几点建议",
        "关于完善{subject}机制的建议",
        "关于加强{subject}宣传引导的建议",
    ),
    ResultKind.PROPOSAL: ("关于加强{subject}的提案", "关于进一步推进{subject}的提案"),
    ResultKind.PUBLIC_OPINION: ("关于{subject}的社情民意信息", "群众期盼加快{subject}"),
    ResultKind.SUPERVISION_ITEM: (
        "{subject}:责任分工不够明确",
        "{subject}:工作进度偏慢",
        "{subject}:日常维护不到位",
        "{subject}:群众知晓率不高",
        "{subject}:长效机制有待健全",
    ),
    ResultKind.CITIZEN_REQUEST: ("反映{subject}方面的问题", "咨询{subject}进展"),
    ResultKind.RESEARCH_REPORT: ("{subject}调研报告", "{subject}情况与对策调研报告"),
    ResultKind.OUTCOME: ("{subject}落地见效", "{subject}列入年度实事项目"),
    ResultKind.RECOGNITION: ("{subject}入选优秀协商案例",),
    ResultKind.PARTNERSHIP: ("{subject}结对合作项目",),
}

RESOLUTIONS = ("形成一致意见,报送有关部门。", "由承办部门研究后答复。", "纳入下一次协商议题继续讨论。")
LEAVE_REASONS = ("因公出差", "参加其他会议", "身体不适", "单位工作安排冲突")
BENEFICIARIES = ("周边居民", "园区企业员工", "沿线学生和家长", "社区老年人", "经营主体", "村民")
TAGS = (
    "法律", "教育", "医疗", "金融", "科技创新", "城市建设", "文化", "农业", "助企", "养老", "环保", "数字化", "文史",
)  # fmt: skip
PARTIES = ("民革", "民盟", "民建", "民进", "农工党", "致公党", "九三学社", "无党派人士")
COMMUNIST = "中共"
DEPARTMENTS = (
    "住房和城乡建设部门", "交通运输部门", "民政部门", "人力社保部门", "卫生健康部门",
    "教育部门", "生态环境部门", "商务部门", "水利部门", "林业部门",
)  # fmt: skip
COMMITTEES = ("提案委员会", "经济和科技委员会", "社会法制委员会", "城建人资环委员会", "文化文史和学习委员会")

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭沈田董袁潘蒋蔡余杜叶程苏魏吕丁姚卢"
_FIRST = "志建文国明海晓雪丽秀玉春美金小立永伟思家"
_SECOND = "强华军平芳英敏静涛超霞娟勇杰红兰峰云波琴"
# The persons the published sources name are never given made-up activity, so no sample person is called like them.
_NAMED = {"俞婷薇", "汪爱娟", "李丹", "李金龙", "金丹文", "张玮", "章登峰", "魏昱"}


def names(random: Random, count: int) -> list[str]:
    """`count` plain names of three characters, all different."""
    total = len(_SURNAMES) * len(_FIRST) * len(_SECOND)
    found: list[str] = []
    for number in random.sample(range(total), count + len(_NAMED)):
        rest, second = divmod(number, len(_SECOND))
        surname, first = divmod(rest, len(_FIRST))
        name = _SURNAMES[surname] + _FIRST[first] + _SECOND[second]
        if name not in _NAMED:
            found.append(name)
    return found[:count]
