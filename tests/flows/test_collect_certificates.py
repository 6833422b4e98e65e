"""Passers get their numbers in the morning; a hub that is away gets the workbook later."""

import asyncio
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from flows import wiring
from flows.collect_certificates import collect_certificates
from flows.outside.failing import FailingHub
from flows.outside.null import NullHub
from flows.sweeps import Tally
from states.records.db import transaction
from states.records.tables import CertificateBatch, Failure
from tests.flows.conftest import MORNING, Story

REPORTED = """
UPDATE project SET stage = 'reported', approved_at = :at, running_at = :at, assessed_at = :at,
                   surveyed_at = :at, reported_at = :at WHERE id = :project;
WITH klass AS (
  INSERT INTO training_class (project_id, no, opens_on, ends_on, regime, standard, bank, reason)
  VALUES (:project, 1, '2026-03-20', '2026-03-30', '2026-67', 's', 'b', 'r') RETURNING id
), who AS (
  INSERT INTO learner (document_kind) VALUES ('resident_id_card') RETURNING id
), enrolled AS (
  INSERT INTO enrolment (class_id, learner_id, sheet_row, sex, category, employer, employer_uscc,
                         school, verdict, findings)
  SELECT klass.id, who.id, 2, 'female', '', '', '', '', 'admitted', '[]'
  FROM klass, who RETURNING id, class_id
)
INSERT INTO score (class_id, enrolment_id, fact_seq, exam_number, assessed_on, total, result)
SELECT class_id, id, 1, '', '2026-03-31', 815, 'pass' FROM enrolled
"""


@pytest.fixture
def reported(story: Story) -> int:
    """A reported project with one passer, put there by hand: its way does not matter here."""
    project = story.a_project()
    with transaction(story.bind) as session:
        for statement in REPORTED.split(";"):
            session.execute(text(statement), {"project": project, "at": MORNING})
    return project


def collect() -> Tally:
    return asyncio.run(collect_certificates.fn())


def batches(story: Story) -> list[CertificateBatch]:
    with Session(story.bind) as session:
        return list(session.exec(select(CertificateBatch)).all())


def new_morning(story: Story) -> None:
    with transaction(story.bind) as session:
        session.execute(text("UPDATE sweep SET handled_until = NULL"))


def test_a_batch_is_numbered_handed_over_and_announced(story: Story, reported: int) -> None:
    hub = NullHub()
    wiring.use(replace(story.parts, hub=hub))
    assert collect().handled == 1
    (batch,) = batches(story)
    assert (batch.state, batch.made_by) == ("sent", None)
    assert batch.workbook_sha256 == sha256(hub.batches[batch.code]).hexdigest()
    assert len(story.mails("batch_ready")) == 1


def test_without_passers_there_is_no_batch(story: Story) -> None:
    story.a_project()
    assert collect().handled == 0
    assert batches(story) == []


def test_a_hub_that_is_away_gets_the_same_batch_later(story: Story, reported: int) -> None:
    wiring.use(replace(story.parts, hub=FailingHub()))
    assert collect() == Tally(failed=1)
    with Session(story.bind) as session:
        (failure,) = session.exec(select(Failure)).all()
    assert failure.error == "HubUnavailableError"
    hub = NullHub()
    wiring.use(replace(story.parts, hub=hub))
    assert collect().handled == 1
    assert [batch.state for batch in batches(story)] == ["sent"]
    assert len(hub.batches) == 1


def test_nobody_is_numbered_twice(story: Story, reported: int) -> None:
    collect()
    new_morning(story)
    assert collect().handled == 0
    assert len(batches(story)) == 1
