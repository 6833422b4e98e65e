"""How a workbook on trial looks to programs."""

from api import told
from api.schemas.base import Words
from api.schemas.uploads import TrialOut
from api.trial_results import TrialResult
from states.records.uploads import UploadView
from states.rules.findings import Finding, RowFinding, Verdict, Weight

API = "/api/v1"


def trial(upload: UploadView) -> TrialOut:
    """What is known of it by now; before its end there are no rows."""
    result = TrialResult.model_validate(upload.result)
    rows = [line for line in result.findings if line["verdict"] != "note"]
    notes = [line for line in result.findings if line["verdict"] == "note"]
    problem = result.problem.opened() if result.problem else None
    return TrialOut(
        imported=upload.state == "imported",
        rows=result.rows,
        accepted=result.accepted,
        findings=[
            told.row(
                RowFinding(
                    line["row"], Verdict(line["verdict"]), line["code"], line["clause"],
                    column=line["column"], params=line["params"],
                )
            )
            for line in rows
        ],
        notes=[
            told.note(Finding(line["code"], line["clause"], Weight.NOTE, line["params"]))
            for line in notes
        ],
        state=upload.state,
        **result.figures(),
        refusal=Words(zh=problem.sentence("zh"), en=problem.sentence("en")) if problem else None,
        missing=[told.finding(one) for one in problem.findings] if problem else [],
        page=f"/uploads/{upload.token}",
        marked=f"{API}/uploads/{upload.token}/marked.xlsx",
    )  # fmt: skip
