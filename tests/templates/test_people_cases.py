"""Section 11's people as an office writes them: what their rows deserve, by case id."""

import pytest

from states.rules.findings import Finding, RowFinding, Verdict, Weight
from templates.sheets.learner_row import Admission
from tests.templates.sheet_builders import codes, learner, number, read

MAN = number("19900506", 91)


@pytest.mark.parametrize("written", ["1991.5.6", "1990-06-05", 33000])
def test_E27_a_birth_column_that_contradicts_the_number_is_an_error(written: str | int) -> None:  # noqa: N802
    reading = read(learner(MAN, 出生日期=written))
    (found,) = reading.findings
    assert (found.verdict, found.code) == (Verdict.ERROR, "birth_contradicts_number")
    assert found.params["number"] == "1990-05-06"
    assert reading.rows[0].verdict is Admission.REFUSED


@pytest.mark.parametrize("written", ["1990.5.6", "1990/05/06", "1990年5月6日", "19900506"])
def test_E27_the_same_day_in_another_spelling_is_no_contradiction(written: str) -> None:  # noqa: N802
    assert codes(read(learner(MAN, 出生日期=written))) == []


@pytest.mark.parametrize(
    ("cell", "verdict", "code"),
    [
        ("319901198602220620", "error", "number_check_digit"),  # E22
        ("31990119871117086x", "repaired", "number_letter_raised"),  # E23
        ("３１９９０１１９７７０１０９０８８８", "repaired", "number_full_width_folded"),  # E24
        (3.19901e17, "error", "number_digits_lost"),  # E25
        ("3.19901E+17", "error", "number_digits_lost"),  # E25
        ("319901850101001", "error", "number_of_15_places"),  # E30
    ],
)
def test_E22_to_E25_and_E30_what_a_number_deserves(  # noqa: N802
    cell: str | float, verdict: str, *, code: str
) -> None:
    (found,) = read(learner(cell)).findings
    assert (found.verdict, found.code) == (verdict, code)


def test_what_the_records_know_joins_the_reading_and_leaves_the_row_to_a_person() -> None:
    held = Finding("certificate_is_held", "A24", Weight.SHOULD, {"issued": "2026-05-20"})
    beside = Finding("enrolled_elsewhere", "system default", Weight.NOTE, {"klass": "HP-1/1"})
    reading = read(learner(MAN), learner(number("19920202", 91)), learner("3199"))
    joined = reading.joined({5: (held, beside), 4: (beside,)})
    assert [row.verdict for row in joined.rows] == ["admitted", "manual_review", "refused"]
    assert joined.findings[0] == RowFinding(
        5, Verdict.MANUAL_REVIEW, "certificate_is_held", "A24", "证件号码", held.params
    )
    assert [finding.sheet_row for finding in joined.findings] == [5, 6]
    assert [note.params["row"] for note in joined.notes] == [5, 4]
    assert reading.joined({}) == reading
