"""The figures of a monthly return, counted from the classes that it names (C18, C21)."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col

from states.records import return_deltas, survey_sums
from states.records.tables import Project
from states.rules.disclosure import LEAST

_COUNT = text("""
SELECT c.id AS class_id, c.no, p.id AS project_id, p.code, p.channel, o.name_zh AS provider_zh,
       o.name_en AS provider_en, coalesce(o.uscc, '') AS uscc, c.regime, c.bank,
       CAST(c.opens_on AS text) AS opens_on,
       coalesce(ended.payload->>'ended_on', CAST(c.ends_on AS text)) AS ended_on,
       coalesce(CAST(ended.payload->>'delivered_half_hours' AS int), 0) AS half_hours,
       coalesce(CAST(ended.payload->>'online_half_hours' AS int), 0) AS online_half_hours,
       CAST(max(s.assessed_on) AS text) AS assessed_on,
       count(*) FILTER (WHERE e.verdict = 'admitted') AS enrolled,
       count(*) FILTER (WHERE s.result IN ('pass', 'fail', 'misconduct')) AS assessed,
       count(*) FILTER (WHERE s.result = 'pass') AS passed,
       (SELECT jsonb_object_agg(r.population, jsonb_build_object(
                 'invited', r.invited, 'answers', r.answers, 'satisfied', r.satisfied,
                 'sums', r.sums))
          FROM survey_result r WHERE r.class_id = c.id) AS surveys
  FROM returned_class rc
  JOIN training_class c ON c.id = rc.class_id
  JOIN project p ON p.id = c.project_id
  JOIN office o ON o.id = p.provider_id
  LEFT JOIN enrolment e ON e.class_id = c.id
  LEFT JOIN score s ON s.enrolment_id = e.id
   AND s.fact_seq = rc.scores_seq
  LEFT JOIN LATERAL (SELECT payload FROM fact f
                      WHERE f.project_id = p.id AND f.kind = 'class_ended'
                        AND CAST(f.payload->>'class_no' AS int) = c.no
                      ORDER BY f.seq DESC LIMIT 1) ended ON true
 WHERE rc.return_id = :id
 GROUP BY c.id, p.id, o.id, ended.payload
 ORDER BY p.code, c.no
""")
# A page is stale when the figures on it changed, not when they were only counted again.
_KEEP = text("""
UPDATE monthly_return SET figures = CAST(:figures AS jsonb),
       version = version + CAST(figures IS DISTINCT FROM CAST(:figures AS jsonb) AS int)
 WHERE id = :id
""")
_PEOPLE = text("""
SELECT count(DISTINCT e.learner_id)
  FROM returned_class rc
  JOIN score s ON s.class_id = rc.class_id AND s.fact_seq = rc.scores_seq AND s.result = 'pass'
  JOIN enrolment e ON e.id = s.enrolment_id
 WHERE rc.return_id = :id
""")


def count(session: Session, return_id: int, district_id: int) -> None:
    """Write the figures of a draft, with what it corrects in earlier returns."""
    rows = session.connection().execute(_COUNT, {"id": return_id}).mappings()
    classes = [
        dict(row)
        | {"code": f"{row['code']}-{row['no']:02}", "surveys": _shown(row["surveys"] or {})}
        for row in rows
    ]
    deltas = return_deltas.counted(session, return_id)
    figures = {
        "classes": classes,
        "surveys": _surveys(session, {row["class_id"] for row in classes}, district_id),
        "passed": sum(row["passed"] for row in classes),
        "persons": session.connection().execute(_PEOPLE, {"id": return_id}).scalar_one(),
        "corrections": [asdict(delta) for delta in deltas],
        "delta": sum(delta.change for delta in deltas),
    }
    kept = {"id": return_id, "figures": json.dumps(figures, ensure_ascii=False)}
    session.connection().execute(_KEEP, kept)


def _shown(surveys: Mapping[str, Any]) -> dict[str, Any]:
    """The results of one class; of too few answers only the count."""
    return {
        whom: told if told["answers"] >= LEAST else told | {"satisfied": 0, "sums": {}}
        for whom, told in surveys.items()
    }


def _surveys(session: Session, class_ids: set[int], district_id: int) -> dict[str, Any]:
    """What may be told of these classes, by population."""
    all_closed = survey_sums.class_sums(session, col(Project.district_id) == district_id)
    of_these = [one for one in all_closed if one.class_id in class_ids]
    return {whom: _told(survey_sums.side_of(of_these, whom)) for whom in ("learner", "employer")}


def _told(side: survey_sums.Side) -> dict[str, Any]:
    return {
        "invited": side.invited, "answers": side.answers, "told": side.told.answers,
        "satisfied": side.told.satisfied, "sums": side.told.points, "rated": side.told.rated,
    }  # fmt: skip
