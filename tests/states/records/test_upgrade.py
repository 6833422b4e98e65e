"""A filled database of the first schema: what stood in clear is sealed, and still there."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text
from sqlmodel import Session

from states.actor import Actor
from states.records import chain
from states.records.classes import roster_of
from states.records.db import MIGRATIONS, engine, migrate, transaction
from states.records.enrolments import learners_for_scores
from states.records.tables import Person
from states.rules.stages import Role
from tests.house import NOON

NAME, NUMBER = "欧阳𠮷示例", "319901199501010012"

FILLED = f"""
INSERT INTO office (id, kind, code, name_zh, name_en, licence_no, licence_covers)
VALUES (1, 'district', 'HP', '黄浦区', 'Huangpu', '', false),
       (2, 'provider', 'P001', '上海示例学校', 'Sample school', '', true);
INSERT INTO project (id, code, title, channel, district_id, provider_id, regime, stage, moves,
                     ledger_seq, unsettled, proposed_at, stage_since, send_back_code,
                     send_back_text, stop_text)
VALUES (1, 'HP-2026-001', '示例', 'targeted_training', 1, 2, '2026-67', 'proposed', 0, 0, false,
        now(), now(), '', '', '');
INSERT INTO training_class (id, project_id, no, opens_on, ends_on, regime, standard, bank, reason)
VALUES (1, 1, 1, '2026-04-01', '2026-05-01', '2026-67', '2025', '2025', '');
INSERT INTO learner (id, document_kind, document_number)
VALUES (7, 'resident_id_card', '{NUMBER}');
INSERT INTO enrolment (id, class_id, learner_id, sheet_row, name, sex, category, phone, email,
                       employer, employer_uscc, employer_email, school, verdict, findings)
VALUES (9, 1, 7, 3, '{NAME}', 'male', 'employed', '13800000000', '', '', '', '', '', 'admitted',
        '[]');
INSERT INTO import_report (class_id, kind, filename, sha256, imported, rows, findings, at)
VALUES (1, 'roster', '{NAME}.xlsx', '', true, 1, '[{{"row": 3}}]', now());
"""  # noqa: S608  invented values of this story
# People who came to a second certificate before there was a rule (A24): (person, state, number).
CERTIFICATES = (
    (1, "refused", ""), (1, "accepted", "YB1"), (1, "issued", ""),
    (2, "accepted", "YB2"), (2, "accepted", "YB3"), (2, "refused", ""),
    (3, "released", ""), (3, "issued", ""),
    (4, "dropped", ""), (4, "accepted", "YB4"),
    (5, "refused", ""), (5, "released", ""),
)  # fmt: skip
BEFORE = """
INSERT INTO certificate_batch (id, code, state, made_at, workbook_sha256)
VALUES (1, '2026-05-01', 'sent', now(), '');
INSERT INTO learner (id, document_kind, document_number)
SELECT n, 'passport', 'E0000000' || n FROM generate_series(1, 5) n;
INSERT INTO counter (name, last) VALUES ('certificate/2026', 12);
SELECT setval(pg_get_serial_sequence('certificate', 'id'), 12)
"""
CERTIFICATE = """
INSERT INTO training_class (id, project_id, no, opens_on, ends_on, regime, standard, bank, reason)
VALUES ({place}, 1, {place}, '2026-04-01', '2026-05-01', '2026-67', '2025', '2025', '');
INSERT INTO enrolment (id, class_id, learner_id, sheet_row, name, sex, category, phone, email,
                       employer, employer_uscc, employer_email, school, verdict, findings)
VALUES ({place}, {place}, {person}, 3, '{name}', 'male', 'employed', '', '', '', '', '', '',
        'admitted', '[]');
INSERT INTO certificate (id, serial, number, batch_id, project_id, enrolment_id, name,
                         provider_name, level, inscription, issued_on, verify_token, state, reason)
VALUES ({order}, 'AIP-2026-' || lpad('{order}', 6, '0'), {number}, 1, 1, {place}, '{name}', '示例',
        'basic', '示例', now(), 'token{order}', '{state}', '')
"""
OF_THE_SECOND = text("SELECT state FROM certificate WHERE learner_id = 2 ORDER BY state")
STANDING = text("SELECT id, serial, number, state, held_for, batch_id FROM certificate ORDER BY id")
EVERYTHING = text("""
SELECT string_agg(t::text, ' ') FROM (
  SELECT row_to_json(l)::text AS t FROM learner l UNION ALL
  SELECT row_to_json(e)::text FROM enrolment e UNION ALL
  SELECT row_to_json(r)::text FROM import_report r) everything
""")


def first_schema(bind: Engine) -> None:
    with bind.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.commit()


def fill(connection: Connection) -> None:
    for statement in FILLED.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement.replace("%", "%%"))
    connection.commit()


def certify(connection: Connection) -> None:
    """The certificates, each of a class of its own: one person enrols once in a class."""
    connection.exec_driver_sql(BEFORE)
    for order, (person, state, number) in enumerate(CERTIFICATES, start=1):
        given = f"'{number}'" if number else "NULL"
        place = order + 100
        connection.exec_driver_sql(
            CERTIFICATE.format(
                order=order, place=place, person=person, state=state, number=given, name=NAME
            )
        )
    connection.commit()


@pytest.fixture
def upgraded(postgres: str) -> Iterator[Engine]:
    """A filled first schema with certificates, brought up to date."""
    bind = engine(postgres)
    first_schema(bind)
    with bind.connect() as connection:
        fill(connection)
        certify(connection)
    migrate(postgres)
    yield bind
    bind.dispose()


def test_the_upgrade_takes_no_certificate_away_that_the_city_has_numbered(
    upgraded: Engine,
) -> None:
    with upgraded.connect() as connection:
        rows = connection.execute(STANDING).all()
    assert [(row.state, row.number, row.held_for) for row in rows] == [
        ("held", None, 2), ("accepted", "YB1", None), ("held", None, 2),
        ("accepted", "YB2", None), ("accepted", "YB3", 4), ("held", None, 4),
        ("held", None, 8), ("issued", None, None),
        ("dropped", None, None), ("accepted", "YB4", None),
        ("held", None, 12), ("released", None, None),
    ]  # fmt: skip
    assert [row.serial for row in rows] == [f"AIP-2026-{row.id:06}" for row in rows]
    assert {row.batch_id for row in rows} == {1}, "nothing leaves its batch"


def test_of_two_that_the_city_has_numbered_each_can_be_replaced(upgraded: Engine) -> None:
    with transaction(upgraded) as session:
        one, other = (Person(name="示例", email=f"{n}@office.example.invalid") for n in (1, 2))
        session.add_all([one, other])
        session.flush()
        first, second = (Actor(person.id, 1, Role.CENTRE) for person in (one, other))
        for old in (4, 5):
            change = chain.ask(session, old, chain.REPLACE, reason="遗失", actor=first, at=NOON)
            chain.decide(session, old, change, agree=True, actor=second, at=NOON)
        states = session.execute(OF_THE_SECOND).scalars().all()
    assert states == ["held", "released", "released", "replaced", "replaced"]


def test_a_filled_first_schema_is_sealed_by_the_upgrade(postgres: str) -> None:
    bind = engine(postgres)
    first_schema(bind)
    with bind.connect() as connection:
        fill(connection)
    migrate(postgres)
    with Session(bind) as session:
        (learner,) = roster_of(session, 1)
        assert (learner.name, learner.document_number, learner.phone) == (
            NAME,
            NUMBER,
            "13800000000",
        )
        assert learners_for_scores(session, 1) == {NUMBER: (9, NAME)}
        kept = str(session.connection().execute(EVERYTHING).scalar_one())
        assert NAME not in kept
        assert NUMBER not in kept
    bind.dispose()
