"""What a provider asks before uploading: no server, no database, and an answer to be relied on."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import command
from api.checks import cli
from templates.sheets.writer import Out, Page, header, write_pages
from tests.templates.hostile_files import billion_laughs
from tests.templates.sheet_builders import learner, number, roster_file

shell = CliRunner()
DISTRICT = ["--opens", "2026-03-19", "--channel", "district_project"]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "名册.xlsx"


def ask(*words: str) -> tuple[int, Any]:
    """The exit code and what stands on standard output as JSON."""
    answer = shell.invoke(cli, [*words, "--json"])
    return answer.exit_code, json.loads(answer.stdout)


def check_roster(book: Path, *rows: dict[str, Out], channel: str = "") -> tuple[int, Any]:
    book.write_bytes(roster_file(*rows))
    words = [*DISTRICT[:3], channel] if channel else DISTRICT
    return ask("check", "roster", str(book), *words)


def test_a_good_roster_has_rows_and_no_findings(book: Path) -> None:
    assert check_roster(book, learner(number("19900101", 1))) == (0, {"rows": 1, "findings": []})


def test_the_exceptional_rows_are_told_by_row_verdict_and_clause(book: Path) -> None:
    """The cases E15, E20, E22 to E25, E27, E29, E30, E32 and E33 in one roster."""
    worker: dict[str, Out] = {"人员类别": "灵活就业人员", "户籍所在地": "江苏省"}
    student: dict[str, Out] = {
        "人员类别": "在校学生", "户籍所在地": "安徽省", "就读院校": "上海示例学院",
    }  # fmt: skip
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in number("19900101", 1))
    code, told = check_roster(
        book,
        learner(number("20040901", 1), **student),
        learner("31990119871117086x"),
        learner("319901900101001"),
        learner(number("19900506", 1), 出生日期="1991-05-06"),
        learner(number("19651218", 1)),
        learner(number("19850101", 1, "810000"), 证件类型="港澳台居民居住证"),
        learner(3.19901e17),
        learner(number("19920101", 1), **worker),
        learner("319901198602220620"),
        learner(full_width),
        learner(number("20100320", 1)),
    )
    assert code == 1
    assert told["rows"] == 11
    found = [(each["sheet_row"], each["verdict"], each["code"]) for each in told["findings"]]
    assert found == [
        (5, "repaired", "number_letter_raised"),
        (6, "error", "number_of_15_places"),
        (7, "error", "birth_contradicts_number"),
        (8, "not_eligible", "retirement_age_reached"),
        (10, "error", "number_digits_lost"),
        (11, "manual_review", "hukou_needs_review"),
        (12, "error", "number_check_digit"),
        (13, "repaired", "number_full_width_folded"),
        (14, "not_eligible", "under_working_age"),
    ]
    last = told["findings"][-1]
    assert set(last) == {"sheet_row", "verdict", "code", "clause", "message"}
    assert (last["clause"], last["message"]) == (
        "C10", "开班日 2026-03-19 时 15 周岁，未满 16 周岁。",
    )  # fmt: skip


def test_repaired_and_doubtful_rows_alone_are_no_error(book: Path) -> None:
    worker: dict[str, Out] = {"人员类别": "灵活就业人员", "户籍所在地": "江苏省"}
    code, told = check_roster(
        book, learner("31990119871117086x"), learner(number("19900101", 1), **worker)
    )
    assert (code, len(told["findings"])) == (0, 2)


@pytest.mark.parametrize("channel", ["enterprise", "enterprise_training"])
def test_the_channel_decides_who_may_learn(book: Path, channel: str) -> None:
    employed = learner(number("19900101", 1), 人员类别="企业职工")
    assert check_roster(book, employed, channel=channel)[0] == 0
    code, told = check_roster(book, employed)
    assert (code, told["findings"][0]["code"]) == (1, "employed_not_served")


def test_no_message_holds_a_whole_number_even_from_a_wrong_column(book: Path) -> None:
    whole = number("19900101", 1)
    bad = learner(whole[:-1], 性别=whole, 人员类别=whole, 退休类别=whole, 证件类型=whole)
    bad |= {"出生日期": f"生于{whole}", "户籍所在地": whole, "统一社会信用代码": whole}
    _, told = check_roster(book, bad, learner(f"{whole[:-1]}0"))
    assert len(told["findings"]) > 4
    assert whole[3:14] not in json.dumps(told, ensure_ascii=False)


def test_scores_are_checked_for_themselves(book: Path) -> None:
    names = header("姓名 证件号码 考核日期 理论成绩 实操成绩 考核结果")
    rows: list[list[Out]] = [
        ["张三", number("19900101", 1), "2026/4/25", 75, 67, "合格"],
        ["李四", number("19900101", 3), "2026.4.25", 59.5, 67, "合格"],
        ["张三", number("19900101", 1), "2026-04-25", 75, 67, "合格"],
        ["王五", "319901198602220620", "2026-04-25", 75, 67, "合格"],
        ["", number("19900101", 5), "2026-04-25", 75, 67, "合格"],
        ["孙八", "E12345678", "2026年4月25日", None, None, "缺考"],
    ]
    book.write_bytes(write_pages(Page("s", names, rows)))
    code, told = ask("check", "scores", str(book))
    assert (code, told["rows"]) == (1, 6)
    assert [(each["sheet_row"], each["code"]) for each in told["findings"]] == [
        (3, "result_contradicts_marks"), (4, "score_twice"), (5, "number_check_digit"),
        (6, "name_missing"),
    ]  # fmt: skip


def contest(book: Path, *totals: Out, times: tuple[int, ...] = ()) -> Path:
    names = ("选手姓名", "证件号码", "总分", "用时", "是否有效成绩")
    rows = [
        [f"选手{n}", number(f"{1960 + n % 40}0101", n), total, times[n] if times else "", "是"]
        for n, total in enumerate(totals)
    ]
    book.write_bytes(write_pages(Page("s", names, rows)))
    return book


@pytest.mark.parametrize(("valid", "cut"), [(1, 0), (2, 1), (3, 1), (101, 50)])
def test_E40_the_cut_is_half_rounded_down(book: Path, valid: int, cut: int) -> None:  # noqa: N802
    told = ask("check", "contest", str(contest(book, *(n / 2 for n in range(valid)))))
    assert told == (0, {"valid": valid, "cut": cut, "tie": None})


def test_E39_a_tie_across_the_cut_is_told_with_both_bounds(book: Path) -> None:  # noqa: N802
    totals = [*range(100, 52, -1), *[50] * 4, *range(48, 0, -1)]
    tie = {"places": [49, 52], "low": 48, "high": 52}
    assert ask("check", "contest", str(contest(book, *totals))) == (
        0, {"valid": 100, "cut": 50, "tie": tie},
    )  # fmt: skip


def test_a_declared_tie_break_is_an_option(book: Path) -> None:
    file = str(contest(book, 60, 60, times=(90, 80)))
    assert ask("check", "contest", file)[1]["tie"] == {"places": [1, 2], "low": 0, "high": 2}
    assert ask("check", "contest", file, "--faster-first")[1]["tie"] is None


def test_a_contest_row_that_cannot_be_used_is_told_aside_and_ends_with_1(book: Path) -> None:
    answer = shell.invoke(cli, ["check", "contest", str(contest(book, 60, "好")), "--json"])
    assert answer.exit_code == 1
    assert json.loads(answer.stdout) == {"valid": 1, "cut": 0, "tie": None}
    assert answer.stderr.startswith("3: 成绩“好”无法识别")


@pytest.mark.parametrize(
    ("opens", "ends", "regime", "reason"),
    [
        ("2026-03-18", "", "2025", "早于沪人社职〔2026〕67号发文之日2026年3月19日（五（四））"),
        ("2026-03-18", "2026-03-19", "2025", "按2025年原工作规则执行至结课"),
        ("2026-03-01", "2026-03-18", "2025", "已结束"),
        ("2026-03-19", "2026-04-30", "2026-67", "按沪人社职〔2026〕67号执行"),
        ("2026-03-20", "", "2026-67", "按沪人社职〔2026〕67号执行"),
    ],
)
def test_E01_to_E03_the_opening_day_decides_the_rules(  # noqa: N802
    opens: str, ends: str, regime: str, reason: str
) -> None:
    code, told = ask("rules", "--opens", opens, *(["--ends", ends] if ends else []))
    assert (code, told["regime"], told["standard"], told["bank"]) == (0, regime, "2025", "2025")
    assert reason in told["reason"]
    assert list(told) == ["regime", "standard", "bank", "reason"]


@pytest.mark.parametrize(
    ("day", "n", "told"),
    [
        ("2026-02-13", "5", {"date": "2026-02-27", "provisional": False}),
        ("2026-04-30", "5", {"date": "2026-05-11", "provisional": False}),
        ("2026-12-31", "1", {"date": "2027-01-01", "provisional": True}),
    ],
)
def test_working_days_are_counted_by_the_calendar(day: str, n: str, told: dict[str, Any]) -> None:
    assert ask("workdays", day, n) == (0, told)


def test_a_file_that_cannot_be_read_ends_with_2_and_one_line(book: Path) -> None:
    for content, code in (
        (b"%PDF-1.7", "file_not_a_workbook"),
        (billion_laughs(), "file_has_entities"),
    ):
        book.write_bytes(content)
        exit_code, told = ask("check", "roster", str(book), *DISTRICT)
        assert (exit_code, told["error"]) == (2, code)
        assert set(told) == {"error", "message"}
    assert ask("check", "scores", str(book / "nowhere"))[1]["error"] == "file_not_there"
    plain = shell.invoke(cli, ["check", "contest", str(book), "--lang", "en"])
    assert (plain.exit_code, plain.stdout) == (2, "")
    assert plain.stderr.startswith("duban: The file declares entities")


@pytest.mark.parametrize(
    "words",
    [
        ["workdays", "2026-02-30", "1"],
        ["workdays", "20260301", "1"],
        ["workdays", "2026-03-01", "0"],
        ["workdays", "2026-03-01", "99999999999"],
        ["rules", "--opens", "2020-01-01"],
        ["rules", "--opens", "2026-03-19", "--ends", "2026-03-18"],
        ["check", "roster", "x.xlsx", "--opens", "2026-03-19", "--channel", "nope"],
        ["check", "roster", "x.xlsx", "--opens", "2020-03-19", "--channel", "targeted"],
        ["check", "roster", "x.xlsx"],
        ["check", "contest", "x.xlsx", "--lang", "fr"],
    ],
)
def test_what_was_asked_wrongly_ends_with_2_and_a_sentence(words: list[str]) -> None:
    answer = shell.invoke(cli, words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "Error" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_without_json_a_person_reads_a_table(book: Path) -> None:
    book.write_bytes(roster_file(learner("31990119871117086x"), learner("319901198602220620")))
    zh = shell.invoke(cli, ["check", "roster", str(book), *DISTRICT])
    en = shell.invoke(cli, ["check", "roster", str(book), *DISTRICT, "--lang", "en"])
    assert zh.stdout.endswith("共2行，1行可以导入。\n")
    assert en.stdout.endswith("2 rows, 1 of them can be imported.\n")
    tie = shell.invoke(cli, ["check", "contest", str(contest(book, 60, 60))])
    assert "第1至2名同分" in tie.stdout
    assert "2026-67" in shell.invoke(cli, ["rules", "--opens", "2026-03-19"]).stdout
    assert "2026-03-26" in shell.invoke(cli, ["workdays", "2026-03-19", "5"]).stdout


def test_brackets_in_a_cell_are_shown_as_they_stand(book: Path) -> None:
    book.write_bytes(roster_file(learner(number("19900101", 1), 性别="[/x]")))
    answer = shell.invoke(cli, ["check", "roster", str(book), *DISTRICT])
    assert answer.exit_code == 1
    assert "[/x]" in answer.stdout


def test_the_checks_load_neither_web_nor_database() -> None:
    heavy = {"sqlalchemy", "sqlmodel", "fastapi", "uvicorn", "psycopg", "jinja2", "httpx"}
    code = f"import sys; import api.command, api.checks; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_the_entry_answers_a_check_and_leaves_the_rest_to_the_house(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["duban", "workdays", "2026-03-19", "5", "--json"])
    with pytest.raises(SystemExit):
        command.main()
    assert json.loads(capsys.readouterr().out)["date"] == "2026-03-26"
    monkeypatch.setattr(sys, "argv", ["duban", "version"])
    with pytest.raises(SystemExit):
        command.main()
    assert capsys.readouterr().out


def test_a_class_that_opens_later_is_judged_on_its_own_day(book: Path) -> None:
    """E15 to E17: born 1965-12-20, in on the 19th of March 2026 and out the day after."""
    book.write_bytes(roster_file(learner(number("19651220", 1))))
    asked = ["check", "roster", str(book), "--channel", "district_project", "--opens"]
    assert ask(*asked, date(2026, 3, 19).isoformat())[0] == 0
    assert ask(*asked, date(2026, 3, 20).isoformat())[0] == 1
