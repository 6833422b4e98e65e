"""How records look to programs: projects, duties, findings and uploads in the API's shapes."""

from datetime import date
from typing import Any

from api.auth import OfficeCard
from api.desk import Taken
from api.errors import LANGUAGES, finding_json, words_for
from api.pages.passport_words import flag_sentences, sentence_of
from api.schemas.base import FindingOut, ProblemOut, Words
from api.schemas.classes import RowOut, UploadOut
from api.schemas.projects import (
    ClassLine,
    DeadlineOut,
    DueOut,
    EntryOut,
    FlagOut,
    MailOut,
    OfficeOut,
    OutcomeOut,
    ProjectLine,
    ProjectOut,
)
from states.actions import Outcome
from states.records.boards import Due, Line, Names, due_of
from states.records.dossiers import EntryRow, MailRow, ProjectFile
from states.records.tables import Office
from states.rules.deadlines import Deadline, open_deadlines
from states.rules.dossier import ClassFacts
from states.rules.findings import Finding, RowFinding, Weight
from states.rules.law import the_law
from states.rules.machine import findings_for_next
from states.rules.stages import Channel, Stage

_MEANS = {
    401: "Nobody is signed in.",
    403: "The role or office of this person may not do that.",
    404: "There is no such thing, or it is not yours to see.",
    409: "Not possible now: `findings` names what is missing; or the page was stale.",
    422: "The request is not right: `fields` names each place.",
    429: "Too many looks from this address; Retry-After says how long to wait.",
}


def problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The errors an operation documents, each as problem+json."""
    return {
        code: {
            "model": ProblemOut,
            "description": _MEANS[code],
            "content": {"application/problem+json": {}},
        }
        for code in codes
    }


def words(section: str, code: str) -> Words:
    return Words(**{lang: words_for(section, code, lang, {}) for lang in LANGUAGES})


def named(names: Names | None) -> Words | None:
    return Words(zh=names.zh, en=names.en) if names else None


def office(card: Office | OfficeCard) -> OfficeOut:
    return OfficeOut(kind=card.kind, code=card.code, name=Words(zh=card.name_zh, en=card.name_en))


def due(duty: Due) -> DueOut:
    return DueOut(
        duty=duty.duty,
        words=words("duty", duty.duty),
        subject=duty.subject,
        role=duty.role,
        since=duty.since,
        due_on=duty.due_on,
        provisional=duty.provisional,
        source=duty.source,
    )


def deadline(one: Deadline) -> DeadlineOut:
    """An open duty with all that is known of its clock."""
    return DeadlineOut(
        **dict(due(due_of(one))),
        counted_on=one.counted_on,
        rungs=list(one.rungs),
        silence=one.silence,
        silent_on=one.silent_on,
    )


def line(found: Line) -> ProjectLine:
    return ProjectLine(
        code=found.code,
        title=found.title,
        channel=Channel(found.channel),
        stage=found.stage,
        stage_since=found.stage_since,
        district=Words(zh=found.district.zh, en=found.district.en),
        provider=Words(zh=found.provider.zh, en=found.provider.en),
        due=due(found.due) if found.due else None,
    )


def finding(found: Finding) -> FindingOut:
    return FindingOut(**finding_json(found))


def project(file: ProjectFile) -> ProjectOut:
    """A whole project, with everything that its next move still lacks."""
    row = file.project
    found = findings_for_next(file.dossier, the_law())
    duties = [deadline(one) for one in open_deadlines(file.dossier, the_law())]
    return ProjectOut(
        id=row.id,
        code=row.code,
        title=row.title,
        channel=Channel(row.channel),
        district=office(file.district),
        provider=office(file.provider),
        regime=row.regime,
        stage=Stage(row.stage),
        stage_since=row.stage_since,
        moves=row.moves,
        missing=[finding(f) for f in found if f.weight is not Weight.NOTE],
        notes=[finding(f) for f in found if f.weight is Weight.NOTE],
        next_step=duties[0] if duties else None,
        deadlines=duties,
        classes=[klass(one, file.dossier.today) for one in file.dossier.classes.values()],
        timeline=[entry(told) for told in file.entries],
    )


def klass(facts: ClassFacts, today: date) -> ClassLine:
    shared = {name: getattr(facts, name) for name in ClassLine.model_fields if hasattr(facts, name)}
    return ClassLine(
        **shared,
        scores_confirmed=facts.confirmed_at is not None,
        because=Words(**{lang: sentence_of(facts, lang, today=today) for lang in LANGUAGES}),
        flags=_flags(facts),
        moved_on=facts.moved.on if facts.moved else None,
    )


def _flags(facts: ClassFacts) -> list[FlagOut]:
    zh, en = flag_sentences(facts, "zh"), flag_sentences(facts, "en")
    return [
        FlagOut(code=code, sentence=Words(zh=said, en=other))
        for (code, said), (_, other) in zip(zh, en, strict=True)
    ]


def entry(told: EntryRow) -> EntryOut:
    section = "fact" if told.kind == "fact" else "arrow"
    return EntryOut(
        seq=told.seq,
        at=told.at,
        kind="fact" if told.kind == "fact" else "move",
        name=told.name,
        words=words(section, told.name),
        from_stage=Stage(told.from_stage) if told.from_stage else None,
        to_stage=Stage(told.to_stage) if told.to_stage else None,
        role=told.role,
        office=named(told.office),
        clause=told.clause,
        regime=told.regime,
    )


def mail(row: MailRow) -> MailOut:
    return MailOut(
        id=row.id if row.copies == 1 else None,
        letter=row.letter,
        state=row.state,
        copies=row.copies,
        promised_at=row.promised_at,
        done_at=row.done_at,
        attempts=row.attempts,
        office=named(row.office),
    )


def outcome(came: Outcome) -> OutcomeOut:
    return OutcomeOut(
        code=came.code,
        stage=came.stage,
        moved_to=[move.target for move in came.moves],
        missing=[finding(f) for f in came.findings if f.weight is not Weight.NOTE],
        ledger_seq=came.ledger_seq,
        seq=came.seq,
    )


def row(found: RowFinding) -> RowOut:
    said = {lang: words_for("row", found.code, lang, found.params) for lang in LANGUAGES}
    return RowOut(
        sheet_row=found.sheet_row,
        verdict=str(found.verdict),
        code=found.code,
        clause=found.clause,
        column=found.column,
        sentence=Words(**said),
    )


def note(found: Finding) -> FindingOut:
    """A word on a sheet; its sentence stands beside those of the rows."""
    said = {lang: words_for("row", found.code, lang, found.params) for lang in LANGUAGES}
    return FindingOut(
        code=found.code,
        clause=found.clause,
        weight=found.weight.value,
        sentence=Words(**said),
        todo=Words(zh="", en=""),
        params=dict(found.params),
    )


def upload(taken: Taken) -> UploadOut:
    return UploadOut(
        imported=taken.imported,
        rows=taken.rows,
        accepted=taken.accepted,
        findings=[row(found) for found in taken.findings],
        notes=[note(found) for found in taken.notes],
        outcome=outcome(taken.outcome) if taken.outcome else None,
    )
