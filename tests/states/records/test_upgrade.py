"""A filled database of the first schema: what stood in clear is sealed, and still there."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text
from sqlmodel import Session

from states.records.classes import roster_of
from states.records.db import MIGRATIONS, engine, migrate
from states.records.enrolments import learners_for_scores

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
