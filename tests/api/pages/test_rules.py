"""Rules at the screen: tried before anything is saved, proposed by one, published by another."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from api.once import HEADER
from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
Enter = Callable[[str], TestClient]
FIRST, SECOND = "BUREAU/bureau_officer/0", "BUREAU/bureau_officer/1"
CENTRE, REVIEWER, PROVIDER = (
    "CENTRE/centre_officer",
    "HP/district_reviewer",
    "P001/provider_operator",
)
BANK = {
    "title": "考核题库（2026）", "document": "示例文件第1号", "id": "bank-2026",
    "effective_from": "2026-06-01", "pass_tenths": "70",
}  # fmt: skip
PLAN = {
    "title": "人工智能推介官（基础）规则班", "channel": "district_project_training",
    "class_size": 20, "opens_on": "2026-06-08", "ends_on": "2026-06-20", "units": [
        {"name": "基础", "half_hours": 40, "mode": "offline", "teacher": "示例教师"},
        {"name": "实训", "half_hours": 40, "mode": "online", "teacher": "示例教师"},
    ],
}  # fmt: skip


@pytest.fixture
def planned(enter: Enter) -> str:
    """The code of an approved project whose class is planned for 8 June."""
    code = str(
        enter(PROVIDER).post("/projects", json={"district": "HP", "plan": PLAN}).json()["code"]
    )
    for place in (0, 1):
        reviewer = enter(f"{REVIEWER}/{place}")
        assert reviewer.post(f"/projects/{code}/facts", json={"kind": "review_signed"}).is_success
    return code


def proposes(who: AtScreen, **typed: str) -> AtScreen:
    return who.opens("/rules/propose?kind=bank").sends("/rules/proposals", **(BANK | typed))


def test_a_what_if_names_the_classes_with_the_reason_and_saves_nothing(
    sit: Sit, planned: str
) -> None:
    officer = sit(FIRST).opens("/rules?kind=bank&on=2026-06-01")
    assert planned in officer.text
    assert "方案已批准，计划2026年6月8日开班，届时适用新版本（A02）。" in officer.text
    assert "改用新版本的班级（按区）" in officer.text
    later = officer.opens("/rules?kind=bank&on=2026-06-09")
    assert "开班日2026年6月8日早于2026年6月9日，不受影响。" in later.text
    assert planned not in later.opens("/rules?kind=bank&on=2026-06-09&effect=changes").text
    assert planned not in officer.opens("/rules?kind=bank&on=2026-06-01&district=310115").text
    book = openpyxl.load_workbook(
        BytesIO(officer.opens("/rules/what-if.xlsx?kind=bank&on=2026-06-01").page.content)
    )
    assert planned in {cell.value for row in book["逐班"].iter_rows() for cell in row}
    assert "待公布" in officer.opens("/rules").text
    assert "bank-2026" not in officer.text


def test_another_date_of_the_notice_and_a_date_that_is_taken(sit: Sit, planned: str) -> None:
    officer = sit(FIRST).opens("/rules?kind=notice_date&on=2026-07-01")
    assert planned in officer.text
    assert "2025年原工作规则" in officer.text
    taken = officer.opens("/rules?kind=bank&on=2025-01-01")
    assert taken.page.status_code == 422
    assert "同一天不能有两个版本" in taken.text
    assert officer.opens("/rules?kind=bank&on=x").page.status_code == 422


def test_one_officer_proposes_and_only_another_publishes(sit: Sit, planned: str) -> None:
    first, second = sit(FIRST), sit(SECOND)
    proposes(first)
    assert "新版本已提出，待另一人公布。" in first.text
    for sentence in ("每部分合格分：60分 → 70分", "自2026年6月1日起施行，接替“考核题库（2025）”。"):
        assert sentence in first.text
    assert "须由提出人以外的另一人公布。" in first.text
    (action,) = [
        part.split('"')[0] for part in first.page.text.split('action="') if "/withdraw" in part[:60]
    ]
    publish = action.replace("withdraw", "publish")
    assert first.may_not_send(publish)
    assert "须由提出人以外的另一人公布。" in first.opens("/rules").text
    second.opens("/rules").sends(publish)
    assert "新版本已公布：1个班级、1个项目将改用新版本。" in second.text
    again = second.opens("/rules?kind=bank&on=2026-06-01")
    assert "同一天不能有两个版本" in again.text
    passport = sit(PROVIDER).opens(f"/projects/{planned}").text
    assert "考核题库（2026）" not in passport, "no class is filed yet"


def test_what_is_typed_is_told_in_sentences_and_kept_when_it_is_refused(sit: Sit) -> None:
    officer = sit(FIRST).opens("/rules/propose?kind=bank&on=2026-06-01")
    values = {**officer.form("/rules/proposals").values, **BANK}
    officer.page = officer.client.post("/rules/preview", data=values)
    assert "每部分合格分：60分 → 70分" in officer.text
    assert "尚未保存" in officer.text
    for wrong, said in (
        ({"effective_from": "2024-06-01"}, "不能早于它"),
        ({"pass_tenths": "170"}, "版本内容不完整或互相矛盾"),
        ({"pass_tenths": "ab"}, "版本内容不完整或互相矛盾"),
        ({"id": "2025"}, "编号“2025”已被占用"),
    ):
        for action in ("/rules/preview", "/rules/proposals"):
            sent = {**officer.form("/rules/proposals").values, **BANK, **wrong}
            officer.page = officer.client.post(action, data=sent)
            assert (officer.page.status_code, said in officer.text) == (422, True)
            assert "示例文件第1号" in officer.page.text
    assert "没有待公布的版本" in officer.opens("/rules").text


def test_a_mistake_is_corrected_and_the_public_sees_both(sit: Sit, client: TestClient) -> None:
    first, second = sit(FIRST), sit(SECOND)
    proposes(first)
    number = first.page.text.split("/rules/proposals/")[1].split("/")[0]
    second.opens("/rules").sends(f"/rules/proposals/{number}/publish")
    second.opens(f"/rules/propose?corrects={number}")
    assert "接替“bank-2026”" in second.text
    second.sends("/rules/proposals", pass_tenths="60", note="合格分误填")
    corrected = second.page.text.split("/rules/proposals/")[1].split("/")[0]
    first.opens("/rules").sends(f"/rules/proposals/{corrected}/publish")
    public = AtScreen(client, client.get("/rules/history"))
    assert "考核题库（2026） 已撤回 新" in public.text
    assert "合格分误填" in public.text
    assert "各项数值不变，仅更换文本。" in public.text
    assert "章怀瑾" not in public.page.text
    assert "技术要求（2025）" in public.text.replace("培训项目设置", "")


def test_news_are_new_until_they_are_read(sit: Sit, client: TestClient) -> None:
    mark = '<span class="chip chip-red">新</span>'
    first, second, reader = sit(FIRST), sit(SECOND), sit(REVIEWER)
    assert mark not in reader.opens("/").page.text
    proposes(first)
    number = first.page.text.split("/rules/proposals/")[1].split("/")[0]
    assert mark not in reader.opens("/").page.text
    second.opens("/rules").sends(f"/rules/proposals/{number}/publish")
    assert mark in reader.opens("/").page.text
    assert mark in reader.opens("/rules/history").page.text, "looking alone marks nothing as read"
    reader.opens("/rules/history").sends("/rules/history/read")
    assert mark not in reader.opens("/").page.text
    assert mark in sit(PROVIDER).opens("/").page.text
    anybody = AtScreen(client, client.get("/signin"))
    assert mark in anybody.page.text
    anybody.opens("/rules/history").sends("/rules/history/read")
    assert mark not in anybody.opens("/signin").page.text


def test_the_city_looks_and_only_the_bureau_proposes(sit: Sit) -> None:
    centre = sit(CENTRE).opens("/rules?kind=bank&on=2026-06-01")
    assert "规则变更试算" in centre.text
    assert centre.may_not_send("/rules/proposals")
    assert centre.opens("/rules/propose").page.status_code == 403
    assert sit(REVIEWER).opens("/rules").page.status_code == 403
    assert "Rules and their versions" in sit(FIRST).opens("/rules?lang=en").text


def test_programs_try_propose_and_publish(enter: Enter, planned: str, session: Session) -> None:
    first, second = enter(FIRST), enter(SECOND)
    asked = {"kind": "bank", "on": "2026-06-01"}
    tried = first.get("/rules/what-if", params=asked).json()
    assert tried["reach"] == {"changes": 1, "keeps": 0, "same": 0, "projects": 1, "back": 0}
    assert [one["project"] for one in tried["classes"]] == [planned]
    version = {
        "kind": "bank", "id": "bank-2026", "title": "考核题库（2026）", "document": "示例文件",
        "effective_from": "2026-06-01", "pass_tenths": 700, "full_tenths": 1000,
    }  # fmt: skip
    sent = {"version": version, "note": ""}
    made = first.post("/rules/proposals", json=sent, headers={HEADER: "k1"})
    assert made.status_code == 201
    assert first.post("/rules/proposals", json=sent, headers={HEADER: "k1"}).json() == made.json()
    path = f"/rules/proposals/{made.json()['number']}/publish"
    assert first.post(path).status_code == 409
    assert second.post(path).json()["reach"]["changes"] == 1
    history = enter(PROVIDER).get("/rules").json()
    assert history["bank"] == "2025"
    (bank,) = [one for one in history["versions"] if one["id"] == "bank-2026"]
    assert bank["state"] == "published"
    assert bank["sentences"][1]["en"] == "the pass mark of each part: 60 → 70 marks"
    assert enter(REVIEWER).get("/rules/what-if", params=asked).status_code == 403


def test_a_class_is_moved_by_two_officers_from_its_own_page(
    sit: Sit, enter: Enter, planned: str
) -> None:
    told = {"class_no": 1, "opens_on": "2026-04-02", "ends_on": "2026-04-20"}
    assert enter(PROVIDER).post(f"/projects/{planned}/classes", json=told).is_success
    first, second = sit(FIRST), sit(SECOND)
    path = f"/projects/{planned}/classes/1"
    first.opens(path).sends(f"{path}/move", regime="2025", reason="示例理由")
    assert "工作规则：沪人社职〔2026〕67号 → 2025年原工作规则" in first.text
    assert first.may_not_send(f"{path}/move/decision")
    assert "变更适用规则待另一人决定" in sit(PROVIDER).opens(path).text
    second.opens(path).sends(f"{path}/move/decision", decision="move")
    assert "（2026年4月1日经两人决定变更适用规则，理由：示例理由）" in second.text
    assert "经决定自2026年4月1日起改按2025年原工作规则执行" in second.text
    klass = enter(PROVIDER).get(f"/projects/{planned}").json()["classes"][0]
    assert (klass["regime"], klass["moved_on"]) == ("2025", "2026-04-01")
    assert "moved by decision: runs under Working rules of 2025" in klass["because"]["en"]
    assert klass["flags"] == []
    timeline = second.opens(f"/projects/{planned}").text
    assert "同意变更" in timeline
    assert sit(CENTRE).opens(path).may_not_send(f"{path}/move")


def test_programs_move_a_class(enter: Enter, planned: str) -> None:
    told = {"class_no": 1, "opens_on": "2026-04-02", "ends_on": "2026-04-20"}
    assert enter(PROVIDER).post(f"/projects/{planned}/classes", json=told).is_success
    path = f"/projects/{planned}/classes/1/move"
    rules = {"regime": "2025", "standard": "2025", "bank": "2025", "text": "示例"}
    assert enter(CENTRE).post(path, json=rules).status_code == 403
    assert enter(FIRST).post(path, json=rules).is_success
    assert enter(FIRST).post(f"{path}/decision", json={"move": True}).status_code == 409
    assert enter(SECOND).post(f"{path}/decision", json={"move": True}).is_success
