"""Passers get their numbers in the morning; a hub that is away gets the workbook later."""

import asyncio
from dataclasses import replace
from datetime import date
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
from states.records.tables import (
    CertificateBatch,
    Enrolment,
    Failure,
    Learner,
    Score,
    TrainingClass,
)
from tests.flows.conftest import MORNING, Story

REPORTED = text("""
UPDATE project SET stage = 'reported', approved_at = :at, running_at = :at, assessed_at = :at,
                   surveyed_at = :at, reported_at = :at WHERE id = :project
""")


@pytest.fixture
def reported(story: Story) -> int:
    """A reported project with one passer, put there by hand: its way does not matter here."""
    project = story.a_project()
    with transaction(story.bind) as session:
        session.execute(REPORTED, {"project": project, "at": MORNING})
        _a_passer(session, project)
    return project


def _a_passer(session: Session, project: int) -> None:
    opens, ends, learner = date(2026, 3, 20), date(2026, 3, 30), Learner(document_kind="passport")
    klass = TrainingClass(
        project_id=project, no=1, opens_on=opens, ends_on=ends, regime="2026-67", standard="s",
        bank="b", reason="r",
    )  # fmt: skip
    session.add_all([klass, learner])
    session.flush()
    enrolled = Enrolment(class_id=klass.id, learner_id=learner.id, sheet_row=2, verdict="admitted")
    session.add(enrolled)
    session.flush()
    session.add(
        Score(
            class_id=klass.id, enrolment_id=enrolled.id, fact_seq=1, assessed_on=ends,
            total=815, result="pass",
        )
    )  # fmt: skip


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
