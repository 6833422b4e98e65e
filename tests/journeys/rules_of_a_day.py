"""Another question bank: tried first, proposed, published by a second person, told to everybody."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
from playwright.sync_api import expect

from tests.journeys.life import PROVIDER, propose, two_persons_sign
from tests.journeys.visitor import Visitor

OFFICER, COLLEAGUE = "章怀瑾", "柳映雪"
BANK = "考核题库（2026）"


def plan_a_class(visitor: Visitor) -> tuple[str, date]:
    """An approved project with nothing filed; answers its path, and today."""
    path = propose(visitor)
    two_persons_sign(visitor, path)
    return path, date.fromisoformat(visitor.today[:10])


def try_another_bank(visitor: Visitor, path: str, today: date) -> None:
    """Two days are asked about: only the one that the class reaches would change it."""
    code = path.rpartition("/")[2]
    visitor.enter_as(OFFICER)
    visitor.page.get_by_role("link", name="规则", exact=True).click()
    ask(visitor, today + timedelta(days=1))
    visitor.reads(code, "不受影响")
    ask(visitor, today)
    visitor.reads("改用新版本的班级（按区）", "黄浦区", "方案已批准", "仅试算，不保存")
    book = openpyxl.load_workbook(BytesIO(visitor.download("Excel")))
    told = {cell.value for row in book["逐班"].iter_rows() for cell in row}
    assert {code, "改用新版本"} <= told
    visitor.go("/rules")
    visitor.reads("没有待公布的版本")


def ask(visitor: Visitor, day: date) -> None:
    visitor.fill({"变更内容": "考核题库", "施行日期": day.isoformat()})
    visitor.press("查看影响")


def two_persons_publish(visitor: Visitor, today: date) -> None:
    visitor.go(f"/rules/propose?kind=bank&on={today}")
    visitor.fill({"名称": BANK, "依据文件": "示例文件第1号", "编号": "bank-2026"})
    visitor.fill({"每部分合格分": "70"})
    visitor.press("查看变更内容")
    visitor.reads("每部分合格分：60分 → 70分", "尚未保存")
    visitor.press("提出")
    visitor.reads("新版本已提出，待另一人公布。", "须由提出人以外的另一人公布。")
    expect(visitor.button("公布")).to_have_count(0)
    visitor.enter_as(COLLEAGUE)
    visitor.go("/rules")
    visitor.press("公布")
    visitor.reads("新版本已公布：1个班级、1个项目将改用新版本。")


def the_class_opens_under_it(visitor: Visitor, path: str, today: date) -> None:
    visitor.enter_as(PROVIDER)
    visitor.go(path)
    visitor.fill({"首次上课": today.isoformat(), "末次上课": (today + timedelta(7)).isoformat()})
    visitor.press("提交备案")
    visitor.go(f"{path}/classes/1")
    visitor.reads(BANK, "70分合格", "课时限制", within="#passport")


def everybody_reads_of_it(phone: Visitor) -> None:
    """Without signing in: new until it is read."""
    phone.go("/rules/history")
    phone.reads(f"{BANK} 已公布 新", "接替“考核题库（2025）”")
    phone.reads("演练环境", within=".training")
    assert phone.fits()
    phone.press("标为已读")
    phone.reads(f"{BANK} 已公布")
    expect(phone.page.locator(".chip-red")).to_have_count(0)
