"""What a person reads on paper, read back out of the PDF and off the picture."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from states.rules.routes import TERMS, Level, Route
from templates.papers import (
    CertificatePaper,
    Contested,
    Evaluated,
    Examined,
    HandoutPaper,
    ReturnPaper,
    ReturnRow,
    Slip,
    SurveySum,
    Trained,
    UnprintableText,
    certificate,
    certificates,
    glyphs_missing,
    handout,
    monthly_return,
)
from templates.papers.certificate import certificate_picture
from templates.papers.handout import handout_pictures

PAPER = CertificatePaper(
    name="欧阳示例",
    document_kind="居民身份证",
    document_number="319901********001X",
    level=Level.BASIC,
    inscription=TERMS[Route.TRAINING].inscription,
    sealer="上海示例人工智能职业技能培训学校",
    particulars=Trained(date(2026, 4, 7), date(2026, 4, 24), half_hours=80),
    issued=date(2026, 5, 8),
    internal_serial="DB-2026-310101-000042",
    certificate_number=None,
    verify_url="https://duban.example.invalid/verify/7Q2K9MZX4T",
)
RETURN = ReturnPaper(
    district="示例区人力资源和社会保障局",
    month=date(2026, 3, 1),
    serial="HZ-319901-2026-03",
    rows=[
        ReturnRow("BJ-1", "上海示例学校", "区级项目制培训", date(2026, 3, 27), 30, 29, 26),
        ReturnRow("BJ-2", "上海示例学院", "定向培训", date(2026, 3, 30), 20, 18, 10),
    ],
    learners=SurveySum(invited=47, answered=40, mean=Decimal("4.425")),
    employers=None,
    filled_by="示例甲",
    filed_on=date(2026, 4, 8),
)


def pages(pdf: bytes) -> list[str]:
    """Each page's text without the line breaks that only the layout made."""
    return [page.extract_text().replace("\n", "") for page in PdfReader(io.BytesIO(pdf)).pages]


def codes(png: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]


def slips(count: int) -> Sequence[Slip]:
    url = "https://duban.example.invalid/survey/"
    return [Slip(place, "张*", f"{url}{place:020d}") for place in range(1, count + 1)]


def test_a_certificate_says_everything_the_notice_wants() -> None:
    (text,) = pages(certificate(PAPER))
    for said in (
        "人工智能推介官（基础）",
        "欧阳示例",
        "于2026年4月7日至2026年4月24日参加人工智能推介官培训，完成40课时，考核合格。",
        "上海示例人工智能职业技能培训学校",
        "（此处加盖公章）",
        "2026年5月8日",
        "待证书归集赋号",
        "DB-2026-310101-000042",
        "319901********001X",
    ):
        assert said in text
    assert "SAMPLE" not in text


WAYS = {
    Route.TRAINING: PAPER.particulars,
    Route.EVALUATION: Evaluated(
        "人工智能训练师技能等级评价", "S000031000001263000001", date(2026, 6, 3)
    ),
    Route.EXAM: Examined(2026, "人工智能技术及应用", "三级", "优秀"),
    Route.CONTEST: Contested("示例区人工智能技能比武", "上海示例行业协会", date(2026, 6, 13)),
}
SENTENCES = {
    Route.TRAINING: "于2026年4月7日至2026年4月24日参加人工智能推介官培训，完成40课时，考核合格。",
    Route.EVALUATION: "于2026年6月3日参加人工智能训练师技能等级评价，评价合格。",
    Route.EXAM: "参加2026年上海高等学校信息技术水平考试（人工智能技术及应用，三级），成绩优秀。",
    Route.CONTEST: "于2026年6月13日参加上海示例行业协会主办的“示例区人工智能技能比武”，"
    "成绩符合证书配发条件。",
}


def paper_of(route: Route) -> CertificatePaper:
    terms = TERMS[route]
    return replace(
        PAPER,
        particulars=WAYS[route],
        inscription=terms.inscription,
        level=terms.levels[-1],
    )


@pytest.mark.parametrize("route", list(Route))
def test_every_route_prints_its_exact_inscription_and_how_one_came_by_it(route: Route) -> None:
    (text,) = pages(certificate(paper_of(route)))
    assert TERMS[route].inscription in text
    assert text.count("监制") == 1
    assert SENTENCES[route] in text
    assert "（此处加盖公章）" in text
    assert PAPER.sealer in text


def test_only_the_exam_is_inscribed_by_two() -> None:
    joint = "上海市人力资源和社会保障局、上海市教育委员会监制"
    assert [route for route in Route if joint in pages(certificate(paper_of(route)))[0]] == [
        Route.EXAM
    ]


def test_an_evaluation_names_the_certificate_it_gave() -> None:
    (text,) = pages(certificate(paper_of(Route.EVALUATION)))
    assert "原证书编号" in text
    assert "S000031000001263000001" in text
    assert "人工智能推介官（高级）" in text


@pytest.mark.parametrize(
    ("route", "level"),
    [
        (Route.TRAINING, Level.ADVANCED),
        (Route.EVALUATION, Level.BASIC),
        (Route.CONTEST, Level.ADVANCED),
    ],
)
def test_a_level_that_the_route_never_leads_to_is_not_printed(route: Route, level: Level) -> None:
    with pytest.raises(ValueError, match="never leads"):
        replace(PAPER, particulars=WAYS[route], level=level)


def test_a_returned_number_stands_beside_our_own_serial() -> None:
    (text,) = pages(certificate(replace(PAPER, certificate_number="31202600000001")))
    assert "31202600000001" in text
    assert PAPER.internal_serial in text


def test_half_hours_print_as_halves() -> None:
    halves = replace(PAPER, particulars=Trained(PAPER.issued, PAPER.issued, half_hours=81))
    assert "完成40.5课时" in pages(certificate(halves))[0]


def test_a_sample_says_so_across_the_page() -> None:
    assert "样例 SAMPLE" in pages(certificate(replace(PAPER, sample=True)))[0]


@pytest.mark.parametrize(
    "name",
    ["#panic()", "*bold*", '=HYPERLINK("x")', "$x$ `raw`", "@a <b> \\u{41}", '#import "/e": *'],
)
def test_a_hostile_name_is_printed_letter_by_letter(name: str) -> None:
    paper = replace(PAPER, name=name, sealer=name, document_number=name, internal_serial=name)
    assert pages(certificate(paper))[0].count(name) == 4


@pytest.mark.parametrize("name", ["𠮷示例", "𬍛㛃䶮", "阿卜杜热合曼·买买提吐尔逊江·艾力克"])
def test_rare_and_long_names_are_kept_exactly(name: str) -> None:
    """E59: eighteen places with dots, and characters of extension B and later."""
    assert glyphs_missing(name) == ""
    assert name in pages(certificate(replace(PAPER, name=name)))[0]


def test_a_very_long_name_still_stands_on_one_page() -> None:
    name = "Maria Example " * 12
    (text,) = pages(certificate(replace(PAPER, name=name.strip())))
    assert name.strip() in text.replace("  ", " ")


def test_the_qr_code_opens_the_verification_page() -> None:
    assert codes(certificate_picture(PAPER)) == [PAPER.verify_url]
    assert codes(certificate_picture(replace(PAPER, sample=True))) == [PAPER.verify_url]


def test_a_batch_has_one_page_for_each_certificate_in_order() -> None:
    batch = [replace(PAPER, name=f"示例{place:03d}") for place in range(120)]
    printed = pages(certificates(batch))
    assert len(printed) == 120
    assert all(f"示例{place:03d}" in text for place, text in enumerate(printed))


def test_a_batch_of_mixed_routes_keeps_its_order() -> None:
    batch = [paper_of(route) for route in (Route.CONTEST, Route.EXAM, Route.EXAM, Route.TRAINING)]
    printed = pages(certificates(batch))
    for paper, text in zip(batch, printed, strict=True):
        assert SENTENCES[paper.particulars.route] in text


def test_a_certificate_for_keeping_says_that_it_is_pdf_a_and_tagged() -> None:
    kept, printed = certificate(PAPER), certificates([PAPER] * 51)
    assert "/StructTreeRoot" in PdfReader(io.BytesIO(kept)).root_object
    assert b"<pdfaid:part>2<" in kept
    assert b"<pdfuaid:part>1<" in kept
    assert b"pdfaid" not in printed


def test_the_same_certificate_is_the_same_file() -> None:
    assert certificate(PAPER) == certificate(PAPER)


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        certificates([])


def test_the_preflight_names_each_character_no_font_has_once() -> None:
    assert glyphs_missing("欧𪚥阳·𪚥\x07") == "𪚥\x07"
    assert glyphs_missing("葛\U000e0100") == ""


@pytest.mark.parametrize("name", ["𪚥示例", "换\n行", "响\x07铃"])
def test_a_name_that_cannot_be_printed_is_refused_not_boxed(name: str) -> None:
    with pytest.raises(UnprintableText, match=r"U\+"):
        certificates([PAPER, replace(PAPER, name=name)])


def test_the_return_counts_and_sums() -> None:
    (text,) = pages(monthly_return(RETURN))
    for said in ("示例区人力资源和社会保障局", "2026年3月", "50 47 36", "76.6%", "4.43", "85.1%"):
        assert said in text
    for label in ("填表人：", "审核人：", "负责人：", "联系电话：", "填报日期（盖章）："):
        assert label in text


def test_a_month_without_passers_is_still_a_return() -> None:
    empty = replace(RETURN, rows=[], learners=SurveySum(0, 0, None))
    assert "本月无考核合格人员" in pages(monthly_return(empty))[0]


def test_a_long_return_repeats_the_head_of_its_table() -> None:
    printed = pages(monthly_return(replace(RETURN, rows=list(RETURN.rows) * 20)))
    assert len(printed) > 1
    assert all("班级编号" in text for text in printed[:2])


def test_survey_slips_carry_one_link_each_eight_to_a_page() -> None:
    paper = HandoutPaper("示例班", "上海示例学校", date(2026, 5, 8), slips(10))
    first, second = handout_pictures(paper)
    assert sorted(codes(first) + codes(second)) == [slip.url for slip in paper.slips]
    text = "".join(pages(handout(paper)))
    assert text.count("张*") == 10
    assert "有效期至2026年5月8日，仅可使用一次。" in text
    assert "花名册序号：10" in text


def test_the_slip_of_an_employer_names_the_firm_and_no_place() -> None:
    name = "上海示例智能制造与工业互联网技术服务有限公司"
    (slip,) = slips(1)
    paper = HandoutPaper(
        "示例班", "上海示例学校", date(2026, 5, 8), [replace(slip, place=0, name=name)]
    )
    (text,) = pages(handout(paper))
    assert "用人单位" in text
    assert "花名册序号" not in text
    assert name in text.replace("\n", "")


def test_a_handout_without_slips_is_refused() -> None:
    with pytest.raises(ValueError, match="no slip"):
        handout(HandoutPaper("示例班", "上海示例学校", date(2026, 5, 8), []))
