"""The next batch of any route before it is made: who goes, who stays out, what of the shares."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from states.errors import NotYours
from states.records import batches, candidates, certificate_board, preflight_board, vault
from states.records.certificate_queue import ready
from states.records.db import engine, transaction
from states.records.places import ENROLMENT_NAME
from states.records.preflight_board import Preview
from states.records.tables import Claim, Enrolment, Office
from states.rules.preflight import Place
from states.rules.routes import Route
from states.rules.shares import Share, Standing
from states.rules.stages import Stage
from tests.city import City
from tests.desks import Class
from tests.house import a_house, everything_prints
from tests.route_house import Contest, organised
from tests.states.records.test_case_batches import in_a_big_district

NOBODYS = "\U00031350"


def of_training(life: Class, *, missing: str = "") -> Preview:
    def fit(name: str) -> str:
        return missing if name else ""

    return preflight_board.preview(life.session, Route.TRAINING, None, fit=fit, at=life.at)


def of_contest(contest: Contest) -> Preview:
    return preflight_board.preview(
        contest.session,
        Route.CONTEST,
        contest.house.district_id,
        fit=everything_prints,
        at=contest.at,
    )


def codes(found: Preview, place: Place) -> list[str]:
    return [finding.code for one in found.at(place) for finding in one.judged.findings]


def test_a_reported_class_is_in_order_and_the_batch_holds_what_was_said(session: Session) -> None:
    life = Class(session, a_house(session)).reported()
    found = of_training(life)
    assert (found.certificates, found.again, found.freed) == (4, 0, 0)
    assert len(found.at(Place.GOES)) == 4
    one = found.people[0]
    assert (one.code, one.class_no, one.candidate.name) == ("HP-2026-001", 1, "张示例")
    (share,) = found.effects
    assert (share.before, share.after) == (Share(0, 0), Share(0, 4))
    batch = life.batch()
    held = session.execute(text("SELECT count(*) FROM certificate")).scalar_one()
    assert (held, batch is None) == (4, False)
    assert of_training(life).people == []


def test_a_name_that_cannot_be_printed_stays_out(session: Session) -> None:
    life = Class(session, a_house(session)).reported()
    found = of_training(life, missing=NOBODYS)
    assert set(codes(found, Place.STAYS)) == {"preflight_glyphs_missing"}
    assert (found.certificates, found.effects) == (0, ())


def test_a_class_without_survey_or_return_stays_out(session: Session) -> None:
    life = Class(session, a_house(session)).reported()
    session.execute(text("UPDATE monthly_return SET state = 'draft'"))
    assert set(codes(of_training(life), Place.STAYS)) == {"preflight_return_missing"}


def test_a_class_whose_survey_is_open_stays_out_whatever_its_stage(session: Session) -> None:
    life = Class(session, a_house(session)).surveying()
    session.execute(
        text("UPDATE project SET stage = 'reported', surveyed_at = :at, reported_at = :at"),
        {"at": life.at},
    )
    told = codes(of_training(life), Place.STAYS)
    assert set(told) == {"preflight_survey_missing", "preflight_return_missing"}


def test_looking_holds_nobody_up(migrated: str) -> None:
    bind = engine(migrated)
    with transaction(bind) as session:
        life = Class(session, a_house(session)).reported()
    with transaction(bind) as looking, transaction(bind) as making:
        life.session = looking
        assert of_training(life).certificates == 4
        making.execute(text("SET LOCAL lock_timeout = '1s'"))
        assert len(candidates.waiting(making, Route.TRAINING, None)) == 4
    bind.dispose()


def test_a_contest_is_looked_at_like_a_class_and_its_share_is_told(session: Session) -> None:
    told = organised(session)
    contest = Contest(session, told).held(*range(1000, 900, -10))
    contest.confirmed(told.house.second)
    found = of_contest(contest)
    assert (found.certificates, [one.class_no for one in found.people]) == (5, [0] * 5)
    (share,) = found.effects
    assert (share.after, share.standing, share.allowed) == (Share(5, 0), Standing.OVER, False)


def test_E35_winners_who_hold_one_are_held_and_told_which(session: Session) -> None:  # noqa: N802
    contest = in_a_big_district(session, organised(session)).held(*range(1000, 900, -10))
    contest.confirmed(contest.house.second)
    learners = list(session.exec(select(Claim.learner_id).where(col(Claim.awarded))))[-2:]
    there = session.exec(select(Office).where(Office.code == "PD")).one()
    city = City(session, contest.house, contest.house.district_id, there.id, iter(range(900, 999)))
    city.gives(Route.EXAM, 2, there.id, learners=learners)
    found = of_contest(contest)
    assert len(found.at(Place.HELD)) == 2
    told = found.at(Place.HELD)[0].judged.findings[0]
    assert (told.code, str(told.params["serial"])[0]) == ("preflight_holds_one", "S")
    assert found.certificates == 3


def test_E50_what_was_put_right_is_counted_besides(session: Session) -> None:  # noqa: N802
    life = Class(session, a_house(session)).reported()
    life.batch()
    session.execute(text("UPDATE certificate SET state = 'released' WHERE id % 2 = 0"))
    found = of_training(life)
    assert (found.people, found.again, found.certificates) == ([], 2, 2)
    made = batches.make_batch(session, actor=life.house.centre, at=life.at, fit=everything_prints)
    assert made is not None


def test_what_is_no_longer_held_is_counted_besides_and_in_the_share(session: Session) -> None:
    life = Class(session, a_house(session)).reported()
    life.batch()
    session.execute(
        text("UPDATE certificate SET state = 'held', held_for = id, serial = NULL WHERE id = "
             "(SELECT min(id) FROM certificate)")
    )  # fmt: skip
    found = of_training(life)
    assert (found.freed, found.certificates) == (1, 1)
    assert [one.after.others - one.before.others for one in found.effects] == [1]


def test_another_route_without_an_office_is_nobodys(session: Session) -> None:
    with pytest.raises(NotYours):
        preflight_board.preview(
            session,
            Route.CONTEST,
            None,
            fit=everything_prints,
            at=Class(session, a_house(session)).at,
        )


def test_the_number_is_looked_at_again(session: Session) -> None:
    life = Class(session, a_house(session)).reported()
    session.execute(text("UPDATE learner SET document_kind = 'passport'"))
    session.execute(text("UPDATE learner SET number_sealed = ''"))
    found = of_training(life)
    assert set(codes(found, Place.STAYS)) == {"preflight_document_invalid"}
    known = replace(found.people[0].candidate, name="")
    (again,) = preflight_board.judged(
        session, [known], fit=everything_prints, route=Route.TRAINING, at=life.at
    )
    assert again.judged.findings[-1].code == "preflight_name_missing"


# ── What was said is what is done ───────────────────────────────────────────────────────────────
def unprintable(name: str) -> str:
    """What a font lacks that lacks one character only."""
    return NOBODYS if NOBODYS in name else ""


def renamed(life: Class, place: int, name: str) -> None:
    """The passer in this place has another name on the roster."""
    passer = candidates.waiting(life.session, Route.TRAINING, None)[place]
    row = life.session.get_one(Enrolment, passer.enrolment_id)
    row.name_sealed = vault.seal(life.session, ENROLMENT_NAME, row.id, name)
    life.session.flush()


def states(life: Class) -> list[str]:
    rows = life.session.execute(text("SELECT state FROM certificate ORDER BY id"))
    return list(rows.scalars())


def test_whom_the_pre_flight_keeps_out_waits_on_and_the_rest_is_numbered(
    session: Session,
) -> None:
    life = Class(session, a_house(session)).reported()
    renamed(life, 1, f"张{NOBODYS}")
    batch = life.batch(fit=unprintable)
    assert [row.name for row in certificate_board.batch_rows(session, batch or 0)] == ["张示例"] * 3
    life.receipt(batch or 0)
    assert life.wait(days=0).outcome.stage is Stage.REPORTED, "one still waits"
    assert life.batch(fit=unprintable) is None
    assert [line.people for line in ready(session, life.house.centre)] == [1]
    later = life.batch()
    assert [row.serial for row in certificate_board.batch_rows(session, later or 0)] == [
        "AIP-2026-000004"
    ]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE learner SET number_sealed = ''",
        "UPDATE monthly_return SET state = 'draft'",
        "DELETE FROM returned_class",
    ],
)
def test_a_batch_numbers_nobody_whom_the_page_would_keep_out(session: Session, change: str) -> None:
    life = Class(session, a_house(session)).reported()
    session.execute(text(change))
    assert of_training(life).certificates == 0
    assert life.batch() is None
    assert states(life) == []


def test_what_was_put_right_is_looked_at_as_well_and_stays_put_right(session: Session) -> None:
    life = Class(session, a_house(session)).reported()
    renamed(life, 0, f"张{NOBODYS}")
    life.batch()
    session.execute(text("UPDATE certificate SET state = 'released' WHERE id <= ("
                         "SELECT min(id) + 1 FROM certificate)"))  # fmt: skip
    found = preflight_board.preview(session, Route.TRAINING, None, fit=unprintable, at=life.at)
    assert (found.again, found.certificates, codes(found, Place.STAYS)) == (
        1, 1, ["preflight_glyphs_missing"]
    )  # fmt: skip
    life.batch(fit=unprintable)
    assert states(life) == ["released", "issued", "issued", "issued"]


def test_whoever_is_no_longer_held_is_looked_at_as_well_and_stays_held(session: Session) -> None:
    house = a_house(session)
    one, other = Class(session, house).surveyed(), Class(session, house).reported()
    one.at = other.at
    one.batch()
    session.execute(text("UPDATE certificate SET state = 'revoked' WHERE serial IS NOT NULL"))
    session.execute(text("UPDATE learner SET number_sealed = '' WHERE id = ("
                         "SELECT min(id) FROM learner)"))  # fmt: skip
    found = of_training(one)
    assert (found.freed, codes(found, Place.STAYS)) == (3, ["preflight_document_invalid"])
    one.batch()
    assert states(one)[4:] == ["held", "issued", "issued", "issued"]
