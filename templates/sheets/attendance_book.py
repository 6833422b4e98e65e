"""What a 考勤表 is about: sessions, learners and marks, and the words an office has for them."""

from dataclasses import dataclass
from datetime import date

from states.rules.teaching import CheckKind, KnownSession, Mark, Recorded
from templates.sheets.cells import plain

_MARKS = {
    Mark.PRESENT: "到 √ ✓ ✔ 到课 出勤 已到 正常",
    Mark.ABSENT: "不到 ○ 〇 缺勤 旷课 未到 缺课",
    Mark.LEAVE: "告假 × ✕ ✗ 请假 事假 病假",
    Mark.LATE: "迟到 ¢",
    Mark.LEFT_EARLY: "早退 △",
}
MARK_BY_WORD = {plain(word): mark for mark, words in _MARKS.items() for word in words.split()}
MARK_WORD = {mark: words.split()[0] for mark, words in _MARKS.items()}
_CHECKS = {
    CheckKind.SIGNATURE: "签名 签到表 纸质签到 签到表签名",
    CheckKind.CARD: "刷卡 刷身份证 打卡",
    CheckKind.FACE: "人脸识别 人脸 刷脸",
    CheckKind.PLATFORM: "平台登录 平台签到 线上签到 实名登录 扫码",
    CheckKind.ROLL_CALL: "点名 随机点名",
    CheckKind.OTHER: "其他",
}
CHECK_BY_WORD = {word: kind for kind, words in _CHECKS.items() for word in words.split()}
CHECK_WORD = {kind: words.split()[0] for kind, words in _CHECKS.items()}


@dataclass(frozen=True, slots=True)
class Member:
    """An admitted learner; `id` is the enrolment (登记号), `masked` the masked document number."""

    id: int
    name: str
    masked: str


@dataclass(frozen=True, slots=True)
class Book:
    """What an attendance sheet is matched with: sessions, learners, and the marks that stand.

    `alike`: so many learners with the very same times are suspicious (rulebook, limits.anomalies).
    """

    sessions: tuple[KnownSession, ...]
    members: tuple[Member, ...]
    recorded: tuple[Recorded, ...]
    today: date
    alike: int
