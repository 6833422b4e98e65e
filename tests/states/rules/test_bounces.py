"""What a message says about one of our letters, in all the forms in which letters come back."""

from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.rules.bounces import ANSWER_LENGTH, Report, Verdict, read_report
from states.rules.legible import one_line
from tests import bounces
from tests.bounces import STEM, a_report


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_failed_delivery_names_letter_code_and_diagnosis(returned: str) -> None:
    report = read_report(a_report(returned=returned))
    assert (report.verdict, report.letter, report.code) == (Verdict.FAILED, STEM, 550)
    assert report.answer == "550 5.1.1 <learner1@example.invalid>: no such user"


def test_the_envelope_id_is_enough_in_whatever_case_it_comes() -> None:
    report = read_report(a_report(envelope=STEM.upper(), returned=""))
    assert (report.verdict, report.letter) == (Verdict.FAILED, STEM)


def test_a_report_without_a_diagnosis_tells_its_status() -> None:
    report = read_report(a_report(status="4.4.7", diagnosis=""))
    assert (report.verdict, report.code, report.answer) == (Verdict.FAILED, None, "4.4.7")


@pytest.mark.parametrize(
    ("action", "verdict"),
    [
        ("failed", Verdict.FAILED),
        ("Failed", Verdict.FAILED),
        ("delayed", Verdict.DELAYED),
        ("delivered", Verdict.NO_BOUNCE),
        ("relayed", Verdict.NO_BOUNCE),
        ("expanded", Verdict.NO_BOUNCE),
        ("", Verdict.UNCLEAR),
    ],
)
def test_only_what_failed_failed(action: str, verdict: Verdict) -> None:
    assert read_report(a_report(action=action, status="4.4.1")).verdict is verdict


def test_the_fields_of_an_internationalised_report_are_read() -> None:
    raw = a_report().replace(b"message/delivery-status", b"message/global-delivery-status")
    report = read_report(raw)
    assert (report.verdict, report.letter, report.code) == (Verdict.FAILED, STEM, 550)


def test_a_report_that_names_no_letter_says_so() -> None:
    assert read_report(a_report(returned="")).letter == ""


def test_the_same_report_is_the_same_whichever_way_it_came() -> None:
    again = b"Received: from elsewhere\nReturn-Path: <>\n" + a_report()
    assert read_report(again).evidence == read_report(a_report()).evidence
    unnamed = a_report(own_id="")
    assert read_report(b"Received: x\n" + unnamed).evidence == read_report(unnamed).evidence
    other = read_report(a_report(own_id="<dsn-2@mx.example.invalid>"))
    assert other.evidence != read_report(a_report()).evidence


def test_a_bounce_of_qmail_is_understood() -> None:
    report = read_report(bounces.qmail())
    assert (report.verdict, report.letter) == (Verdict.FAILED, STEM)
    assert report.answer == "Sorry, no mailbox here by that name. (#5.1.1)"


def test_a_bounce_written_for_people_only_is_understood() -> None:
    report = read_report(bounces.chinese())
    assert (report.verdict, report.letter, report.code) == (Verdict.FAILED, STEM, 550)
    assert "收件人不存在" in report.answer


@pytest.mark.parametrize(
    "raw",
    [
        bounces.qmail(said="The mailbox is full, I will try again."),
        bounces.qmail(said="connection to 10.5.1.1 and 5.1.1.9 was lost"),
        bounces.qmail(stem="no-letter-of-ours"),
        bounces.a_reply(),
        b"",
        b"\xff\x00\xfe",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status",
    ],
)
def test_what_does_not_clearly_say_that_a_letter_failed_is_for_a_person(raw: bytes) -> None:
    assert read_report(raw) == Report(Verdict.UNCLEAR)


@pytest.mark.parametrize("raw", [bounces.out_of_office(), bounces.read_receipt()])
def test_an_automatic_reply_is_no_bounce(raw: bytes) -> None:
    assert read_report(raw).verdict is Verdict.NO_BOUNCE


def test_a_diagnosis_in_odd_bytes_can_be_kept() -> None:
    said = b"smtp; 550 5.1.1 " + "用户不存在".encode("gb18030") + b"\x00\x07" + b"x" * 500
    report = read_report(a_report(diagnosis="DIAGNOSIS").replace(b"DIAGNOSIS", said))
    assert report.verdict is Verdict.FAILED
    assert len(report.answer) <= ANSWER_LENGTH
    assert report.answer.isprintable()
    report.answer.encode()


def test_messages_in_messages_without_end_are_for_a_person() -> None:
    nested = b"Content-Type: message/rfc822\n\n" * 3000
    assert read_report(nested).verdict is Verdict.UNCLEAR


@given(st.binary(max_size=400), st.integers(0, 2000))
def test_damaged_messages_never_stop_the_reader(noise: bytes, place: int) -> None:
    raw = a_report()
    report = read_report(raw[:place] + noise + raw[place + len(noise) :])
    assert report.answer.isprintable()
    report.answer.encode()


def test_the_samples_are_what_they_claim() -> None:
    parsed = BytesParser().parsebytes(a_report())
    assert parsed.get_content_type() == "multipart/report"
    assert {part.get_content_type() for part in parsed.walk()} >= {
        "message/delivery-status", "text/rfc822-headers",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("a\r\n b\tc", "a b c"),
        ("550 用户".encode("gb18030").decode("utf-8", "surrogateescape"), "550 用户"),
        ("\ud800\x00x", "?x"),
        ("x" * 9, "xxxxx"),
    ],
)
def test_whatever_a_server_says_becomes_one_line(said: str, line: str) -> None:
    assert one_line(said, 5 if said == "x" * 9 else 200) == line
