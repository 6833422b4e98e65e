"""A contest and an evaluation through the pages, each down to a certificate's public page."""

from datetime import date, timedelta

from templates.sheets.receipt import write_receipt_sample
from tests.journeys.life import FIRST, SECOND, verify
from tests.journeys.visitor import Visitor

ORGANISER, EVALUATOR, COLLEAGUE = "高远航", "秦知远", "叶清扬"
HOST, EVALUATION_BODY = "上海示例行业协会", "上海示例评价中心"


def hold_a_contest(visitor: Visitor) -> str:
    """File it, have it accepted, wait for its day, hand in the results; answers its path."""
    visitor.enter_as(ORGANISER)
    visitor.page.get_by_role("link", name="备案技能比武").click()
    visitor.page.get_by_role("link", name="填入示例").click()
    day = date.fromisoformat(visitor.today[:10]) + timedelta(days=7)
    visitor.fill({"区": "黄浦区", "比赛日期": day.isoformat()})
    visitor.press("提交备案")
    visitor.reads("区人社尚未受理本次活动的备案。")
    path = visitor.page.url.split("?")[0]
    visitor.enter_as(FIRST)
    visitor.go(path)
    visitor.reads("办理后技能比武占比")
    visitor.press("受理备案")
    visitor.put_the_date_forward("后移1周")
    visitor.enter_as(ORGANISER)
    visitor.go(path)
    visitor.upload("file", "成绩表.xlsx", visitor.download("下载样例"))
    visitor.reads("104人参赛，有效成绩101人，前50%为50人")
    visitor.enter_as(SECOND)
    visitor.go(path)
    visitor.press("确认成绩")
    visitor.reads("已确认")
    return path


def waive_the_share(visitor: Visitor) -> None:
    """So many contest certificates need a waiver: asked by one person, granted by another."""
    visitor.enter_as(FIRST)
    visitor.go("/certificates")
    visitor.press("编号并生成批次")
    visitor.reads("超过30%，没有办理", "申请2026年的豁免")
    visitor.go("/targets/waivers")
    visitor.fill({"技能比武占比最高": "100", "理由": "本区首批发证"})
    visitor.press("提出申请")
    visitor.reads("由另一人决定")
    visitor.enter_as(SECOND)
    visitor.go("/targets/waivers")
    visitor.press("同意")
    visitor.reads("已同意")


def collect(visitor: Visitor, uploader: str) -> str:
    """Number the people of this office's route and take the city's answer; answers a serial."""
    visitor.enter_as(uploader)
    visitor.go("/certificates")
    visitor.press("编号并生成批次")
    workbook = visitor.download("下载归集表")
    visitor.upload("receipt", "回执.xlsx", write_receipt_sample(workbook))
    visitor.reads("归集成功", "回执.xlsx")
    return visitor.page.locator("a[href^='/certificates/'][href$='/history']").nth(1).inner_text()


def list_an_evaluation(visitor: Visitor) -> str:
    """Hand a list in, go on with its good rows, have it confirmed; answers its path."""
    visitor.enter_as(EVALUATOR)
    visitor.fill({"名单名称": "五月评价通过名单"})
    visitor.upload("file", "名单.xlsx", visitor.download("下载样例"))
    visitor.reads("名单已报送，有 4 行不能列入，请处理。", "不是通知所列的三种评价")
    visitor.press("只报送其余各行")
    visitor.reads("名单由您报送：须由本单位另一人确认。")
    path = visitor.page.url.split("?")[0]
    visitor.enter_as(COLLEAGUE)
    visitor.go(path)
    visitor.press("确认名单")
    visitor.reads("名单已确认，可以归集证书。")
    return path


def the_contest_stands(visitor: Visitor, phone: Visitor, path: str) -> None:
    waive_the_share(visitor)
    verify(visitor, phone, collect(visitor, FIRST), sealed_by=HOST)
    visitor.go(path)
    visitor.reads("证书已归集")


def the_evaluation_stands(visitor: Visitor, phone: Visitor, path: str) -> None:
    verify(visitor, phone, collect(visitor, EVALUATOR), sealed_by=EVALUATION_BODY)
    phone.reads("高级")
    visitor.go(path)
    visitor.reads("证书已归集")
