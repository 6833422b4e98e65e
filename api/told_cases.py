"""How cases look to programs, in the API's shapes."""

from collections.abc import Iterator

from api import told
from api.errors import finding_json
from api.schemas.base import FindingOut, Words
from api.schemas.cases import (
    CaseEntryOut,
    CaseLineOut,
    CaseOut,
    CaseOutcomeOut,
    ClaimOut,
    CutOut,
)
from states.case_actions import CaseOutcome
from states.records.case_board import CaseFile, CaseLine
from states.records.claims import ClaimView
from states.records.dossiers import EntryRow
from states.records.tables import Office
from states.rules.cases.dossier import CaseDossier
from states.rules.cases.kinds import CaseStage
from states.rules.cases.machine import findings_for_next
from states.rules.findings import Finding, Weight
from states.rules.identity import mask_name, mask_number


def line(found: CaseLine) -> CaseLineOut:
    shared = {n: getattr(found, n) for n in CaseLineOut.model_fields}
    return CaseLineOut(
        **shared | {"office": told.named(found.office), "district": told.named(found.district)}
    )


def case(file: CaseFile) -> CaseOut:
    found = findings_for_next(file.dossier, file.book)
    row = file.case
    return CaseOut(
        code=row.code,
        title=row.title,
        kind=row.kind,
        stage=file.dossier.stage,
        stage_since=row.stage_since,
        moves=row.moves,
        held_on=row.held_on,
        office=_named(file.office),
        district=_named(file.district) if file.district else None,
        filing=file.dossier.contest,
        cut=_cut(file.dossier),
        missing=list(_findings(found, notes=False)),
        notes=list(_findings(found, notes=True)),
        timeline=[_entry(entry) for entry in file.entries],
    )


def outcome(came: CaseOutcome) -> CaseOutcomeOut:
    return CaseOutcomeOut(
        code=came.code,
        stage=came.stage,
        moved_to=[move.target for move in came.moves],
        missing=list(_findings(came.findings, notes=False)),
        notes=list(_findings(came.findings, notes=True)),
        seq=came.seq,
    )


def claim(found: ClaimView, *, whole_name: bool) -> ClaimOut:
    shared = {n: getattr(found, n) for n in ClaimOut.model_fields}
    name = found.name if whole_name else mask_name(found.name)
    return ClaimOut(
        **shared | {"name": name, "document_number": mask_number(found.document_number)}
    )


def _cut(dossier: CaseDossier) -> CutOut | None:
    results = dossier.results
    if results is None:
        return None
    shared = {n: getattr(results, n) for n in CutOut.model_fields if n != "awarded"}
    return CutOut(**shared, awarded=dossier.awarded)


def _findings(found: tuple[Finding, ...], *, notes: bool) -> Iterator[FindingOut]:
    for one in found:
        if (one.weight is Weight.NOTE) is notes:
            yield FindingOut(**finding_json(one))


def _entry(entry: EntryRow) -> CaseEntryOut:
    fact = entry.kind == "fact"
    return CaseEntryOut(
        seq=entry.seq,
        at=entry.at,
        kind="fact" if fact else "move",
        name=entry.name,
        words=told.words("case_fact" if fact else "case_arrow", entry.name),
        from_stage=CaseStage(entry.from_stage) if entry.from_stage else None,
        to_stage=CaseStage(entry.to_stage) if entry.to_stage else None,
        role=entry.role,
        office=told.named(entry.office),
        clause=entry.clause,
        regime=entry.regime,
    )


def _named(office: Office) -> Words:
    return Words(zh=office.name_zh, en=office.name_en)
