"""The steps of one whole life, each done through the pages by the person whose turn it is."""

import re
from datetime import date
from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader

from templates.sheets.blanks import Examinee
from templates.sheets.reader import read_table
from templates.sheets.receipt import write_receipt_sample
from templates.sheets.registered import register_of
from templates.sheets.samples import sample_roster, sample_scores
from templates.sheets.scores import SCORE_COLUMNS
from tests.journeys.visitor import Visitor

PROVIDER, STRANGER = "陈建平", "吴雅婷"
FIRST, SECOND, EXAMINER = "周明华", "沈晓琳", "顾志远"
CENTRE, BUREAU = "林正阳", "章怀瑾"
OPENS, ENDS = "2026-03-19", "2026-03-25"
UNITS = (
    ("人工智能基础", "12", "线上"),
    ("岗位应用实务", "8", "线上"),
    ("工具操作实训", "20", "线下"),
)


def propose(visitor: Visitor, title: str = "人工智能推介官（基础）示例班") -> str:
    """Fill in the plan and hand it in; answers the path of the new project."""
    visitor.enter_as(PROVIDER)
    visitor.page.get_by_role("link", name="申报新项目").first.click()
    visitor.fill({"项目名称": title, "培训渠道": "区级项目制培训", "所属区": "黄浦区"})
    visitor.fill({"开班日期": OPENS, "结课日期": ENDS, "班级数": "1", "每班人数": "12"})
    for place, (name, hours, mode) in enumerate(UNITS, start=1):
        visitor.fill({f"教学单元 {place}": name, f"课时 {place}": hours})
        visitor.fill({f"方式 {place}": mode, f"授课教师 {place}": "示例教师"})
    # Checked while one types: the page asks the service, without a reload.
    visitor.reads("总课时 40课时", "线上20 / 共40课时（50.0%）", within="#plan-check")
    visitor.press("提交申报")
    visitor.reads("等待区人社审核", "黄浦区")
    stands_in(visitor, "已申报")
    return visitor.page.url.split("?")[0]


def two_persons_sign(visitor: Visitor, path: str) -> None:
    visitor.enter_as(FIRST)
    visitor.reads("待您办理", "人工智能推介官（基础）示例班")
    visitor.go(path)
    visitor.reads("轮到您办理", "已有0人签署，须由区人社2名不同人员签署。")
    visitor.press("审核通过，签署")
    visitor.reads("已有1人签署，须由区人社2名不同人员签署。")
    stands_in(visitor, "已申报")
    visitor.enter_as(SECOND)
    visitor.go(path)
    visitor.reads("轮到您办理")
    visitor.press("审核通过，签署")
    stands_in(visitor, "已批准")
    visitor.reads("尚未办理开班备案。", "下一步", "上海示例职业技能培训学校 · 机构经办人")


def open_the_class(visitor: Visitor, path: str) -> None:
    visitor.enter_as(PROVIDER)
    visitor.go(path)
    visitor.reads("轮到您办理", "办理开班备案")
    visitor.press("提交备案")
    visitor.reads("班级尚无符合条件的学员。")
    visitor.go(f"{path}/classes/1")
    roster = sample_roster(date.fromisoformat(OPENS), 12, seed=41, with_cases=True)
    visitor.upload("roster", "花名册.xlsx", roster)
    goes_on(visitor, f"{path}/classes/1")
    report = visitor.page.locator("#roster .report")
    expect(report).to_contain_text("花名册.xlsx")
    expect(report.locator("tbody tr").first).to_be_visible()
    expect(report).to_contain_text("人工核定")


def goes_on(visitor: Visitor, klass: str) -> None:
    """The workbook is checked: import what is good of it, and return to the class."""
    visitor.reads("尚未保存任何内容")
    visitor.press("导入可用的行")
    visitor.page.get_by_role("link", name="返回班级").click()
    visitor.page.wait_for_url(f"**{klass}*")


def decide_the_learners(visitor: Visitor, path: str) -> None:
    visitor.enter_as(FIRST)
    visitor.go(path)
    visitor.reads("名学员待人工核定")
    stands_in(visitor, "已批准")
    visitor.go(f"{path}/classes/1")
    open_ones = visitor.page.locator("form.decide")
    while open_ones.count():
        open_ones.first.locator("input[name=reason]").fill("已核对原件")
        visitor.press("录取")
    visitor.go(path)
    stands_in(visitor, "培训中")
    visitor.reads("班级尚未结课。")


def hold_the_class(visitor: Visitor, path: str) -> None:
    visitor.put_the_date_forward("后移1周")
    visitor.enter_as(PROVIDER)
    visitor.go(f"{path}/classes/1")
    visitor.page.locator("#filing summary").click()
    visitor.fill({"备案号": "PX-2026-00041"})
    visitor.press("登记备案号")
    visitor.press("登记结课")
    visitor.reads("PX-2026-00041", within="#filing")
    visitor.reads("50.0%", within="#held")
    visitor.go(path)
    stands_in(visitor, "培训中")
    visitor.reads("尚无考核成绩", "区考务员")


def assess(visitor: Visitor, path: str) -> None:
    visitor.enter_as(EXAMINER)
    visitor.go(f"{path}/classes/1")
    # The template holds the learners already: only the marks are to be added.
    template = read_table(visitor.download("下载已填学员的模板"), "成绩.xlsx", SCORE_COLUMNS)
    examinees = [
        Examinee(row.text("姓名"), row.text("证件号码"), register=register_of(row))
        for row in template.rows
    ]
    day = date.fromisoformat(visitor.today[:10])
    visitor.upload("scores", "成绩.xlsx", sample_scores(examinees, day, seed=41))
    goes_on(visitor, f"{path}/classes/1")
    visitor.reads("待另一人确认", within="#scores")
    visitor.enter_as(FIRST)
    visitor.go(path)
    visitor.reads("考核成绩待另一人确认。")
    visitor.go(f"{path}/classes/1")
    visitor.press("确认成绩")
    visitor.go(path)
    stands_in(visitor, "已考核")
    visitor.reads("满意度测评至", "系统 等待学员和用人单位填写满意度调查（第1班）")


def answer_the_survey(visitor: Visitor, phone: Visitor, path: str) -> None:
    """By the link of a letter that really arrived, on a telephone, without signing in."""
    visitor.go("/mailbox?q=为您参加的培训评价")
    letters = visitor.page.locator("main a[data-row]")
    visitor.wait_for(lambda: letters.count() > 0)
    letters.first.click()
    link = visitor.page.locator("main a[href*='/survey/']").first.get_attribute("href")
    assert link
    phone.go(link)
    assert phone.fits()
    phone.reads("满意度测评")
    for question in phone.page.locator("fieldset.rate").all():
        question.locator("label").first.click()
    phone.press("提交")
    phone.reads("谢谢")
    phone.go(link)
    assert phone.page.locator("main form").count() == 0
    visitor.go(f"{path}/classes/1")
    visitor.reads("1 / ", within="#survey")
    visitor.put_the_date_forward("后移1周", times=2)
    visitor.go(path)
    visitor.wait_for(lambda: stage_of(visitor) == "已测评")
    visitor.reads("班级尚未列入市中心已接收的每月汇总。")


def report(visitor: Visitor, path: str) -> None:
    visitor.go("/returns")
    visitor.wait_for(lambda: visitor.page.locator("main a[data-row]").count() > 0)
    visitor.page.locator("main a[data-row]").first.click()
    visitor.press("重新汇总")
    visitor.press("签署（填表人）")
    visitor.reads("您是填表人，须由区内另一人复核报送。")
    visitor.enter_as(SECOND)
    visitor.go("/returns")
    visitor.page.locator("main a[data-row]").first.click()
    visitor.press("签署并报送")
    visitor.enter_as(CENTRE)
    visitor.go("/returns?month=2026-03")
    visitor.page.locator("main a[data-row]").first.click()
    visitor.press("接收")
    visitor.go(path)
    stands_in(visitor, "已上报")
    visitor.reads("尚未编号")


def certify(visitor: Visitor, path: str) -> str:
    """Number, hand over, take the answer; answers the serial of one certificate."""
    visitor.go("/certificates")
    visitor.press("编号并生成批次")
    workbook = visitor.download("下载归集表")
    visitor.upload("receipt", "回执.xlsx", write_receipt_sample(workbook))
    visitor.reads("归集成功", "回执.xlsx")
    serial = visitor.page.locator("a[href^='/certificates/'][href$='/history']").nth(1).inner_text()
    visitor.go(path)
    expect(visitor.page.locator(".strip .step-done")).to_have_count(7)
    visitor.reads("已发证", "已办结，无待办事项。", "导入证书归集回执")
    return serial


def verify(
    visitor: Visitor, phone: Visitor, serial: str, *, sealed_by: str = "上海示例职业技能培训学校"
) -> None:
    paper = visitor.context.request.get(f"/certificates/{serial}.pdf")
    assert paper.ok
    assert paper.body().startswith(b"%PDF")
    printed = "".join(PdfReader(BytesIO(paper.body())).pages[0].extract_text().split())
    address = re.search(r"https?://[^/]+(/verify/[\w-]{24})", printed)
    assert address
    phone.go(address[1])
    phone.reads("证书有效", serial, sealed_by)
    assert phone.fits()


def stage_of(visitor: Visitor) -> str:
    """Where the strip of the seven stages says that the project stands."""
    return visitor.page.locator(".strip [aria-current=step] .step-label").inner_text()


def stands_in(visitor: Visitor, stage: str) -> None:
    expect(visitor.page.locator(".strip [aria-current=step]")).to_contain_text(stage)
