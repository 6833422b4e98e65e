"""Document numbers: repaired where certain, refused where not (programme, section 4)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.rules.identity import (
    DocumentKind,
    Flaw,
    Identity,
    Sex,
    check_digit,
    mask_name,
    mask_number,
    mask_phone,
    quoted,
    read_identity,
    same_name,
)
from states.rules.uscc import fold_uscc, uscc_check_digit, uscc_flaw

TODAY = date(2026, 11, 20)
RESIDENT = "居民身份证"


def resident(birth: str, order: int = 1, area: str = "319901") -> str:
    body = f"{area}{birth}{order:03}"
    return body + check_digit(body)


def read(raw: object, label: str = RESIDENT) -> Identity:
    found = read_identity(label, raw, today=TODAY)
    assert isinstance(found, Identity), found
    return found


def flaw(raw: object, label: str = RESIDENT) -> str:
    found = read_identity(label, raw, today=TODAY)
    assert isinstance(found, Flaw), found
    return found.code


@pytest.mark.parametrize(
    "number",
    [
        "310101197001010013",
        "310224197001010013",
        "310112197001010012",
        "310115197001010011",
        "310151199001010016",
        "319901197001010015",
    ],
)
def test_a_county_code_younger_than_the_person_is_no_flaw(number: str) -> None:
    assert read(number).number == number


@given(
    birth=st.dates(date(1901, 1, 1), TODAY),
    order=st.integers(0, 999),
    place=st.integers(0, 17),
    step=st.integers(1, 9),
)
def test_any_single_mistyped_digit_is_noticed(
    birth: date, order: int, *, place: int, step: int
) -> None:
    number = resident(f"{birth:%Y%m%d}", order)
    assert read(number).birth == birth
    if number[place] != "X":
        wrong = str((int(number[place]) + step) % 10)
        assert flaw(number[:place] + wrong + number[place + 1 :]) == "number_check_digit"


def test_the_number_tells_birth_and_sex() -> None:
    assert (read(resident("19900506", 92)).birth, read(resident("19900506", 92)).sex) == (
        date(1990, 5, 6),
        Sex.FEMALE,
    )
    assert read(resident("19900506", 93)).sex is Sex.MALE


def test_E22_a_wrong_check_digit_is_an_error_and_stays_masked() -> None:  # noqa: N802
    found = read_identity(RESIDENT, "319901198602220620", today=TODAY)
    assert found == Flaw("number_check_digit", {"number": "319***********0620", "length": 18})


def test_E23_a_lower_case_x_is_raised() -> None:  # noqa: N802
    found = read("31990119871117086x")
    assert found.number == "31990119871117086X"
    assert found.repairs == ("number_letter_raised",)


def test_E24_full_width_digits_and_blanks_are_folded() -> None:  # noqa: N802
    assert read("３１９９０１１９７７０１０９０８８８").repairs == ("number_full_width_folded",)
    spaced = read("　319901 19770109\u200b 0888\t")
    assert (spaced.number, spaced.repairs) == ("319901197701090888", ("number_blanks_removed",))
    assert read("'319901197701090888").repairs == ()


@pytest.mark.parametrize("raw", [3.199011984112609e17, "3.19901E+17", "3e+17", 319901198411260900])
def test_E25_lost_digits_are_never_repaired(raw: object) -> None:  # noqa: N802
    assert flaw(raw) == "number_digits_lost"


def test_E29_every_kind_of_document_is_accepted() -> None:  # noqa: N802
    permits = {
        "810000": "港澳台居民居住证",
        "820000": "港澳台居民居住证",
        "830000": "港澳台居民居住证",
    }
    for area, label in permits.items():
        found = read(resident("19850101", area=area), label)
        assert (found.kind, found.birth) == (DocumentKind.HMT_PERMIT, date(1985, 1, 1))
    card = read(resident("19850101", area="931840"), "外国人永久居留身份证")
    assert card.kind is DocumentKind.FOREIGN_CARD
    assert read("USA310105010112", "外国人永久居留身份证").kind is DocumentKind.FOREIGN_CARD
    assert read("H12345678", "港澳居民来往内地通行证").number == "H12345678"
    assert read("M1234567801", "港澳居民来往内地通行证").repairs == ("number_issue_count_dropped",)
    assert read(12345678.0, "台湾居民来往大陆通行证").repairs == ("number_cell_read_as_text",)
    assert read("E12345678", "护照").birth is None
    assert read("EA1234567", "护照").kind is DocumentKind.PASSPORT


def test_E30_an_old_number_of_15_places_is_an_error_with_a_hint() -> None:  # noqa: N802
    assert flaw("319901850101001") == "number_of_15_places"
    assert flaw(319901850101001.0) == "number_of_15_places"


@pytest.mark.parametrize(
    ("raw", "label", "code"),
    [
        (None, RESIDENT, "number_missing"),
        ("  ", RESIDENT, "number_missing"),
        ("31990119900101", RESIDENT, "number_malformed"),
        ("张三", RESIDENT, "number_malformed"),
        (True, RESIDENT, "number_malformed"),
        (resident("19900231"), RESIDENT, "number_birth_impossible"),
        (resident("19000101"), RESIDENT, "number_birth_impossible"),
        (resident("20261121"), RESIDENT, "number_birth_in_future"),
        (resident("19900101", area="169901"), RESIDENT, "number_area_unknown"),
        ("H1234", "港澳居民来往内地通行证", "number_malformed"),
        ("AB", "护照", "number_malformed"),
        ("E12345678", "学生证", "document_kind_unknown"),
        ("E12345678", "", "document_kind_missing"),
        ("12345", "", "number_malformed"),
        (12.5, "护照", "number_digits_lost"),
    ],
)
def test_what_is_not_certain_is_refused(raw: object, label: str, code: str) -> None:
    assert flaw(raw, label) == code


def test_eighteen_right_places_overrule_a_wrong_label() -> None:
    found = read(resident("19850101", area="810000"))
    assert (found.kind, found.repairs) == (DocumentKind.HMT_PERMIT, ("document_kind_corrected",))
    assert read(resident("19900101"), "").kind is DocumentKind.RESIDENT_ID


def test_masks_show_enough_to_recognise_and_no_more() -> None:
    assert [mask_name(name) for name in ("张小三", "张三", "张", "", "𠮷𠮷𠮷")] == [
        "张*三", "张*", "张*", "", "𠮷*𠮷",
    ]  # fmt: skip
    assert mask_number("319901199001010011") == "319***********0011"
    assert [mask_number(number) for number in ("H12345678", "AB", "")] == ["H******78", "**", ""]
    assert [mask_phone(phone) for phone in ("13812341234", "62345678", "")] == [
        "138****1234", "******78", "",
    ]  # fmt: skip


def test_a_cell_is_quoted_short_and_without_a_whole_number() -> None:
    assert [quoted(text) for text in (" 江苏省 ", "20260319", "x" * 40)] == [
        "江苏省", "20260319", "x" * 30,
    ]  # fmt: skip
    assert quoted("见319901199001010011、E12345678") == "见319***********0011、E******78"
    assert quoted("a\x1b[31m\nb") == "a [31m b"


def test_E59_names_compare_across_dots_but_not_across_characters() -> None:  # noqa: N802
    assert same_name("阿卜杜·热合曼", " 阿卜杜•热合曼")
    assert not same_name("𠮷田", "吉田")


def test_a_uscc_is_checked_by_its_last_place() -> None:
    assert uscc_flaw("91110000600037341L") is None
    assert uscc_flaw("911100006000373411") == "uscc_check_digit"
    assert uscc_flaw("91110000600037341I") == "uscc_malformed"
    assert uscc_flaw("9111") == "uscc_malformed"
    assert uscc_check_digit("91110000600037341") == "L"
    assert uscc_flaw(fold_uscc(" ９1110000600037341l")) is None
