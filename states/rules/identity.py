"""Who a person is on paper: document numbers read, repaired where certain, refused where not."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

CLAUSE = "GB 11643"
_PROVINCE_RUNS = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
PROVINCES = frozenset(str(code) for run in _PROVINCE_RUNS for code in range(run[0], run[1] + 1))
HMT_AREAS = frozenset({"810000", "820000", "830000"})
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
EXACT_FLOAT = 1e15
"""A spreadsheet keeps 15 digits: a longer number in a number cell has lost some."""


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class DocumentKind(StrEnum):
    """Documents a learner may be named by (programme, section 4)."""

    RESIDENT_ID = "resident_id_card"
    HMT_PERMIT = "hmt_residence_permit"
    FOREIGN_CARD = "foreign_permanent_residence_card"
    HK_MACAO_TRAVEL = "hk_macao_travel_permit"
    TAIWAN_TRAVEL = "taiwan_travel_permit"
    PASSPORT = "passport"


_LABELS = {
    DocumentKind.RESIDENT_ID: "居民身份证 身份证 中国居民身份证 二代身份证 公民身份号码",
    DocumentKind.HMT_PERMIT: "港澳台居民居住证 港澳居民居住证 台湾居民居住证 居住证(港澳台)",
    DocumentKind.FOREIGN_CARD: "外国人永久居留身份证 外国人永久居留证 境外永久居住证",
    DocumentKind.HK_MACAO_TRAVEL: "港澳居民来往内地通行证 回乡证 港澳通行证",
    DocumentKind.TAIWAN_TRAVEL: "台湾居民来往大陆通行证 台胞证",
    DocumentKind.PASSPORT: "护照 外国护照 中国护照 香港特区护照 澳门特区护照 香港特区护照/身份证明 "
    "澳门特区护照/身份证明",
}
KIND_BY_LABEL = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
KIND_LABEL = {kind: labels.split()[0] for kind, labels in _LABELS.items()}
_EIGHTEEN = {DocumentKind.RESIDENT_ID, DocumentKind.HMT_PERMIT, DocumentKind.FOREIGN_CARD}
_SHAPES = {
    DocumentKind.FOREIGN_CARD: re.compile(r"[A-Z]{3}\d{12}"),
    DocumentKind.HK_MACAO_TRAVEL: re.compile(r"([HM]\d{8})(\d{2})?"),
    DocumentKind.TAIWAN_TRAVEL: re.compile(r"(\d{8})(\d{2})?"),
    DocumentKind.PASSPORT: re.compile(r"[A-Z0-9]{5,20}"),
}
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONG_NUMBER = re.compile(r"[A-Za-z]{1,3}\d{7,}|\d{11,}[Xx]?")
_BLANKS = re.compile(r"[\s\u200b\u200c\u200d\ufeff]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """A number that stands. `birth` and `sex` are None where the document does not tell.

    `repairs` are the codes of what was mended on the way (keys of the word list).
    """

    kind: DocumentKind
    number: str
    birth: date | None = None
    sex: Sex | None = None
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a number is refused. `params` never hold more of it than its masked form."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)


def read_identity(label: str, raw: object, *, today: date) -> Identity | Flaw:
    """The identity behind a cell, or the flaw that forbids it.

    `label` is the office's word for the document, empty where the sheet has none; `raw` is the
    cell as read: text, or a number that may have lost digits; `today` rules out future births.
    """
    text = number_text(raw)
    if text is None:
        return Flaw("number_digits_lost")
    number, repairs = fold_number(text)
    if not number:
        return Flaw("number_missing")
    if _SCIENTIFIC.fullmatch(number):
        return Flaw("number_digits_lost")
    if not isinstance(raw, str):
        repairs = (*repairs, "number_cell_read_as_text")
    kind = KIND_BY_LABEL.get(unicodedata.normalize("NFKC", _BLANKS.sub("", label)))
    if kind is None and label.strip():
        return Flaw("document_kind_unknown", {"kind": quoted(label)})
    found = _read_eighteen(number, today) if _is_eighteen(kind, number) else _read(kind, number)
    return found if isinstance(found, Flaw) else _mended(found, kind, repairs)


def _mended(found: Identity, kind: DocumentKind | None, repairs: tuple[str, ...]) -> Identity:
    """The identity with everything that was mended; 18 right places overrule the label."""
    if kind not in {None, found.kind}:
        repairs = (*repairs, "document_kind_corrected")
    return Identity(
        found.kind, found.number, found.birth, sex=found.sex, repairs=repairs + found.repairs
    )


def number_text(raw: object) -> str | None:
    """The cell as text; None when a number cell has lost digits."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return "" if raw is None else str(raw)
    if abs(raw) >= EXACT_FLOAT or raw != int(raw):
        return None
    return str(int(raw))


def fold_number(text: str) -> tuple[str, tuple[str, ...]]:
    """A number in half-width capitals without blanks, and the codes of what that mended."""
    bare = text.strip().lstrip("'‘’`").strip()
    folded = unicodedata.normalize("NFKC", bare)
    packed = _BLANKS.sub("", folded)
    raised = packed.upper()
    steps = (
        ("number_full_width_folded", folded != bare),
        ("number_blanks_removed", packed != folded),
        ("number_letter_raised", raised != packed),
    )
    return raised, tuple(code for code, happened in steps if happened)


def check_digit(body: str) -> str:
    """The 18th place for 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return CHECK_DIGITS[total % 11]


def _is_eighteen(kind: DocumentKind | None, number: str) -> bool:
    """Whether the 18-place rule judges this number."""
    if kind is DocumentKind.FOREIGN_CARD:
        return not _SHAPES[kind].fullmatch(number)
    return kind in _EIGHTEEN or _looks_eighteen(number) or (kind is None and number.isdigit())


def _looks_eighteen(number: str) -> bool:
    return re.fullmatch(r"\d{17}[\dX]", number) is not None


def _read_eighteen(number: str, today: date) -> Identity | Flaw:
    """Resident ID, HK/Macao/Taiwan permit or the 2023 foreign card: one rule for all three."""
    birth = _birth(number)
    code = _shape_flaw(number) or _birth_flaw(birth, today)
    if code:
        return Flaw(code, {"number": mask_number(number), "length": len(number)})
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return Identity(_kind_of(number), number, birth, sex=sex)


def _shape_flaw(number: str) -> str | None:
    if re.fullmatch(r"\d{15}", number):
        return "number_of_15_places"
    if not _looks_eighteen(number):
        return "number_malformed"
    if check_digit(number[:17]) != number[17]:
        return "number_check_digit"
    known = number[0] == "9" or number[:2] in PROVINCES
    return None if known else "number_area_unknown"


def _birth_flaw(birth: date | None, today: date) -> str | None:
    if birth is None or birth.year <= 1900:  # noqa: PLR2004 -- section 4
        return "number_birth_impossible"
    return "number_birth_in_future" if birth > today else None


def _birth(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _kind_of(number: str) -> DocumentKind:
    if number[0] == "9":
        return DocumentKind.FOREIGN_CARD
    return DocumentKind.HMT_PERMIT if number[:6] in HMT_AREAS else DocumentKind.RESIDENT_ID


def _read(kind: DocumentKind | None, number: str) -> Identity | Flaw:
    """Documents whose number has a shape but no check digit."""
    if kind is None:
        return Flaw("document_kind_missing")
    match = _SHAPES[kind].fullmatch(number)
    if match is None:
        return Flaw("number_malformed", {"number": mask_number(number), "length": len(number)})
    if match.lastindex == 2:  # noqa: PLR2004 -- the printed count of issues is no part of the number
        return Identity(kind, match[1], repairs=("number_issue_count_dropped",))
    return Identity(kind, number)


def mask_name(name: str) -> str:
    """张三 -> 张*, 欧阳小三 -> 欧**三: enough to recognise, not enough to copy."""
    if len(name) < 3:  # noqa: PLR2004 -- nothing stands between first and last
        return name[:1] + "*" * max(len(name) - 1, 1) if name else ""
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_number(number: str) -> str:
    """319901199001010011 -> 319***********0011; shorter numbers keep one place and two."""
    head, tail = (3, 4) if len(number) >= 15 else (1, 2)  # noqa: PLR2004
    if len(number) <= head + tail:
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def quoted(text: str) -> str:
    """A cell as a message may quote it: short, printable, and no long number in it whole."""
    printable = _CONTROLS.sub(" ", text).strip()
    return _LONG_NUMBER.sub(lambda found: mask_number(found[0]), printable)[:30]


def mask_phone(phone: str) -> str:
    """13812341234 -> 138****1234; anything else keeps its last two places."""
    if re.fullmatch(r"\d{11}", phone):
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(len(phone) - 2, 0) + phone[-2:] if phone else ""


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: for comparison only, a stored name is never altered."""
    return comparable_name(one) == comparable_name(other)


def likeness(name: str, birth: date | None, phone: str) -> str:
    """What two documents of one person would share (section 4); empty where a part is missing.

    Only ever a reason to look: people of one likeness are never taken for one (E37).
    """
    if not (name.strip() and birth and phone):
        return ""
    return f"{comparable_name(name)}|{birth.isoformat()}|{phone}"


def comparable_name(name: str) -> str:
    """What is left of a name without spelling habits; never stored as the name.

    One dot for all its kinds, and no blanks: 张　三 is how a sheet aligns 张三.
    """
    dotted = re.sub(r"[·•‧・･.]", "·", unicodedata.normalize("NFC", name))
    return _BLANKS.sub("", dotted).casefold()
