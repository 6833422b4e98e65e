"""The findings of a trial put into words beside the rows of somebody's own workbook."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

from api.errors import words_for
from api.trial_results import TrialResult
from api.trials import KINDS
from states.records.uploads import UploadView
from states.rules.findings import SYSTEM_DEFAULT, Verdict
from states.rules.words import Language, say
from templates.sheets.marked import MARK_TITLE, Remark, mark
from templates.sheets.reading_room import read_aside


def marked_workbook(upload: UploadView, data: bytes, lang: Language) -> bytes:
    """An xlsx with one more column, in the reader's language. Raises SheetUnreadable."""
    result = TrialResult.model_validate(upload.result)
    made = read_aside(
        mark,
        data,
        upload.filename,
        columns=KINDS[upload.kind].columns,
        title=MARK_TITLE[lang],
        remarks=remarks_of(result, lang),
    )
    return made.data


def marked_name(upload: UploadView, lang: Language) -> str:
    """花名册.xls -> 花名册-核对结果.xlsx."""
    return f"{PurePath(upload.filename).stem}-{MARK_TITLE[lang]}.xlsx"


def remarks_of(result: TrialResult, lang: Language) -> Mapping[int, Remark]:
    """One remark for each row of which something is said; the worst verdict colours it."""
    said: dict[int, list[Mapping[str, Any]]] = {}
    for line in result.findings:
        if line["row"]:
            said.setdefault(line["row"], []).append(line)
    verdicts = result.verdicts()
    return {
        row: Remark(_words(lines, lang), verdicts.get(row, Verdict.REPAIRED))
        for row, lines in said.items()
    }


def _words(lines: Iterable[Mapping[str, Any]], lang: Language) -> str:
    return "\n".join(_line(line, lang) for line in lines)


def _line(line: Mapping[str, Any], lang: Language) -> str:
    """As in 错误：证件号码重复（A24）."""
    sentence = words_for("row", line["code"], lang, line["params"])
    verdict = say("row_verdict", line["verdict"], lang)
    clause = "" if line["clause"] == SYSTEM_DEFAULT else line["clause"]
    if lang == "zh":
        return f"{verdict}：{sentence}" + (f"（{clause}）" if clause else "")
    return f"{verdict}: {sentence}" + (f" ({clause})" if clause else "")
