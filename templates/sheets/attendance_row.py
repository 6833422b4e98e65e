"""One row of a 考勤表: whose it is, which session it speaks of, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from states.rules.findings import RowFinding, Verdict
from states.rules.halves import hours
from states.rules.identity import mask_name, same_name
from states.rules.teaching import THERE, CheckKind, KnownSession, Mark, Session, Value
from templates.sheets.attendance_book import CHECK_BY_WORD, MARK_BY_WORD, Book, Member
from templates.sheets.cells import as_date, as_half_hours, plain
from templates.sheets.reader import TableRow
from templates.sheets.times import as_span, as_time
from templates.sheets.timetable import MODE_BY_WORD, MODE_WORD

CLAUSE = "C02"
REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """One good mark. `reason` is why an earlier one is corrected."""

    sheet_row: int
    session_id: int
    learner_id: int
    value: Value
    reason: str = ""


class Shelf:
    """The book, arranged to be looked things up in."""

    def __init__(self, book: Book) -> None:
        self.today = book.today
        self.members = {member.id: member for member in book.members}
        self._by_name: dict[str, list[Member]] = {}
        self.recorded = {(one.session_id, one.learner_id): one.value for one in book.recorded}
        self.by_day: dict[date, list[KnownSession]] = {}
        for known in sorted(book.sessions, key=lambda one: one.session.starts):
            self.by_day.setdefault(known.session.held_on, []).append(known)

    def knows(self, row: AttendanceRow) -> bool:
        """Whether the records say the same already."""
        return self.recorded.get((row.session_id, row.learner_id)) == row.value

    def named(self, name: str) -> list[Member]:
        """Everybody of this name."""
        if name not in self._by_name:
            everybody = self.members.values()
            self._by_name[name] = [one for one in everybody if same_name(one.name, name)]
        return self._by_name[name]


class AttendanceRowReader:
    """Collects everything that is wrong with one row."""

    def __init__(self, row: TableRow, shelf: Shelf) -> None:
        self.row, self.shelf = row, shelf
        self.findings: list[RowFinding] = []
        self.failed = False

    def find(self, code: str, column: str, **params: str | int) -> None:
        self.failed = True
        self._say(Verdict.ERROR, code, column, params=params)

    def mend(self, code: str, column: str, **params: str | int) -> None:
        self._say(Verdict.REPAIRED, code, column, params=params)

    def _say(
        self, verdict: Verdict, code: str, column: str, *, params: Mapping[str, str | int]
    ) -> None:
        self.findings.append(
            RowFinding(self.row.sheet_row, verdict, code, CLAUSE, column=column, params=params)
        )

    def attendance(self) -> AttendanceRow | None:
        """The mark, unless something is wrong with the row."""
        known, member = self._session(), self._member()
        value = self._value(known.session) if known else None
        if known is None or member is None or value is None or self.failed:
            return None
        reason = self._reason((known.id, member.id), value)
        if self.failed:
            return None
        return AttendanceRow(self.row.sheet_row, known.id, member.id, value=value, reason=reason)

    # ── Which session ───────────────────────────────────────────────────────────────────────────
    def _session(self) -> KnownSession | None:
        day = self._day()
        if day is None:
            return None
        if day > self.shelf.today:
            self.find("session_lies_ahead", "日期", day=day.isoformat())
            return None
        found = self._narrowed(self.shelf.by_day.get(day, []))
        if found is None:
            return None
        if len(found) != 1:
            code = "session_ambiguous" if found else "session_unknown"
            self.find(code, "日期", day=day.isoformat())
            return None
        self._check_mode(found[0].session)
        return found[0]

    def _day(self) -> date | None:
        try:
            day = as_date(self.row.cells.get("日期"))
        except ValueError:
            self.find("session_day_unreadable", "日期", text=self._short("日期"))
            return None
        if day is None:
            self.find("session_day_missing", "日期")
        return day

    def _narrowed(self, sessions: Sequence[KnownSession]) -> Sequence[KnownSession] | None:
        """Those of the day that begin when the row says; None when that cannot be read."""
        try:
            span = as_span(self.row.cells.get("起止时间"))
        except ValueError:
            self.find("session_time_unreadable", "起止时间", text=self._short("起止时间"))
            return None
        if span is None:
            return sessions
        return [one for one in sessions if one.session.starts == span[0]]

    def _check_mode(self, session: Session) -> None:
        """C03: the online share hangs on it, so that it changes in the timetable only."""
        word = plain(self.row.cells.get("授课方式"))
        if word and MODE_BY_WORD.get(word) is not session.mode:
            self.find("session_mode_differs", "授课方式", planned=MODE_WORD[session.mode])

    # ── Which learner ───────────────────────────────────────────────────────────────────────────
    def _member(self) -> Member | None:
        written = plain(self.row.cells.get("登记号"))
        return self._by_number(written) if written else self._by_name()

    def _by_number(self, written: str) -> Member | None:
        member = self.shelf.members.get(int(written)) if written.isdecimal() else None
        if member is None:
            self.find("learner_unknown", "登记号")
        elif not same_name(member.name, self.row.text("姓名")):
            self.find("learner_name_differs", "姓名", name=mask_name(member.name))
            return None
        return member

    def _by_name(self) -> Member | None:
        """By name; namesakes are told apart by the masked number where the row has it."""
        name, number = self.row.text("姓名"), plain(self.row.cells.get("证件号码"))
        found = self.shelf.named(name)
        if len(found) > 1:
            found = [one for one in found if one.masked == number] or found
        if len(found) == 1:
            return found[0]
        self.find("learner_ambiguous" if found else "learner_unknown", "姓名")
        return None

    # ── What it says ────────────────────────────────────────────────────────────────────────────
    def _value(self, session: Session) -> Value | None:
        mark = MARK_BY_WORD.get(plain(self.row.cells.get("到课状态")))
        if mark is None:
            self.find("mark_unknown", "到课状态", text=self._short("到课状态"))
            return None
        credited = self._credited(mark, session)
        in_at, out_at = self._moment("签到时间"), self._moment("签退时间")
        if in_at and out_at and out_at < in_at:
            self.find("moment_unreadable", "签退时间", text=self._short("签退时间"))
        if credited is None:
            return None
        return Value(mark, credited, in_at, out_at=out_at, check_kind=self._check_kind())

    def _credited(self, mark: Mark, session: Session) -> int | None:
        """Half hours; a full session for who was there throughout, none for who was not."""
        try:
            written = as_half_hours(self.row.cells.get("认定课时"))
        except ValueError:
            self.find("credited_unreadable", "认定课时", text=self._short("认定课时"))
            return None
        if mark not in THERE and written:
            self.find("credited_without_presence", "认定课时")
        elif mark in (Mark.LATE, Mark.LEFT_EARLY) and written is None:
            self.find("credited_missing", "认定课时")
        if written is None:
            return session.half_hours if mark is Mark.PRESENT else 0
        return self._capped(written, session.half_hours)

    def _capped(self, written: int, held: int) -> int:
        """Nobody learns longer than the session lasts: flagged, and the session's hours count."""
        if written > held:
            self.mend(
                "credited_more_than_held", "认定课时", written=hours(written), held=hours(held)
            )
        return min(written, held)

    def _moment(self, column: str) -> time | None:
        try:
            return as_time(self.row.cells.get(column))
        except ValueError:
            self.find("moment_unreadable", column, text=self._short(column))
            return None

    def _check_kind(self) -> str:
        word = plain(self.row.cells.get("核验方式"))
        if word and word not in CHECK_BY_WORD:
            self.mend("check_kind_unusual", "核验方式", text=self._short("核验方式"))
            return CheckKind.OTHER
        return CHECK_BY_WORD[word] if word else ""

    def _reason(self, place: tuple[int, int], value: Value) -> str:
        """Why a mark that stands is corrected; the first entry of a mark needs none."""
        reason, before = self.row.text("修改原因"), self.shelf.recorded.get(place)
        if before is not None and before != value and not reason:
            self.find("correction_needs_a_reason", "修改原因")
        if len(reason) > REASON_LENGTH:
            self.find("reason_too_long", "修改原因", most=REASON_LENGTH)
        return reason

    def _short(self, column: str) -> str:
        return self.row.quote(column)
