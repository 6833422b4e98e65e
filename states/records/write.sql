-- What follows from a decision, in one statement: the swap, and only for what was swapped the facts,
-- the ledger, the open duties and the promised letters. Each parameter is a JSON array of rows.
WITH wanted AS (
  SELECT * FROM jsonb_to_recordset(CAST(:projects AS jsonb)) AS w(
    id bigint, seen bigint, ledger_seq bigint, stage text, moves int, regime text, unsettled boolean,
    wake_at timestamptz, at timestamptz, title text, channel text,
    approved_at timestamptz, running_at timestamptz, assessed_at timestamptz,
    surveyed_at timestamptz, reported_at timestamptz, certified_at timestamptz,
    first_signer_id bigint, second_signer_id bigint,
    send_back_code text, send_back_text text, stop_text text)
), swapped AS (
  UPDATE project p SET
    stage = w.stage, moves = w.moves, ledger_seq = w.ledger_seq, regime = w.regime,
    unsettled = w.unsettled, wake_at = w.wake_at, title = w.title, channel = w.channel,
    stage_since = CASE WHEN p.stage = w.stage THEN p.stage_since ELSE w.at END,
    approved_at = coalesce(w.approved_at, p.approved_at),
    running_at = coalesce(w.running_at, p.running_at),
    assessed_at = coalesce(w.assessed_at, p.assessed_at),
    surveyed_at = coalesce(w.surveyed_at, p.surveyed_at),
    reported_at = coalesce(w.reported_at, p.reported_at),
    certified_at = coalesce(w.certified_at, p.certified_at),
    first_signer_id = w.first_signer_id, second_signer_id = w.second_signer_id,
    send_back_code = coalesce(w.send_back_code, p.send_back_code),
    send_back_text = coalesce(w.send_back_text, p.send_back_text),
    stop_text = coalesce(w.stop_text, p.stop_text)
  FROM wanted w
  WHERE p.id = w.id AND p.ledger_seq = w.seen
  RETURNING p.id, p.code, p.provider_id, p.district_id, p.unsettled, w.at
), said AS (
  INSERT INTO fact (project_id, seq, kind, payload, person_id, office_id, role, at)
  SELECT f.project_id, f.seq, f.kind, f.payload, f.person_id, f.office_id, f.role, f.at
  FROM jsonb_to_recordset(CAST(:facts AS jsonb)) AS f(
    project_id bigint, seq bigint, kind text, payload jsonb, person_id bigint, office_id bigint,
    role text, at timestamptz)
  JOIN swapped s ON s.id = f.project_id
), noted AS (
  INSERT INTO ledger (project_id, seq, at, kind, name, from_stage, to_stage, person_id, office_id,
                      role, regime, regime_digest, clause, request_id, content_digest)
  SELECT e.project_id, e.seq, e.at, e.kind, e.name, e.from_stage, e.to_stage, e.person_id,
         e.office_id, e.role, e.regime, e.regime_digest, e.clause, e.request_id, e.content_digest
  FROM jsonb_to_recordset(CAST(:entries AS jsonb)) AS e(
    project_id bigint, seq bigint, at timestamptz, kind text, name text, from_stage text,
    to_stage text, person_id bigint, office_id bigint, role text, regime text, regime_digest text,
    clause text, request_id text, content_digest text)
  JOIN swapped s ON s.id = e.project_id
), due AS (
  SELECT t.* FROM jsonb_to_recordset(CAST(:timers AS jsonb)) AS t(
    project_id bigint, duty text, subject text, role text, since date, due_on date,
    provisional boolean, source text, ladder text, rungs date[], in_hand_of bigint, not_by bigint[],
    first date, tomorrow date)
  JOIN swapped s ON s.id = t.project_id
), done AS (
  DELETE FROM timer t USING swapped s
  WHERE t.project_id = s.id AND NOT s.unsettled AND NOT EXISTS (
    SELECT 1 FROM due d
    WHERE d.project_id = t.project_id AND d.duty = t.duty AND d.subject = t.subject)
), owed AS (
  -- A new duty is not reminded of on the day on which it began; one that moved climbs anew from
  -- the first morning that is still to come; one that stands keeps the rung it waits for.
  INSERT INTO timer (project_id, duty, subject, role, since, due_on, provisional, source, ladder,
                     rungs, rung_on, in_hand_of, not_by)
  SELECT d.project_id, d.duty, d.subject, d.role, d.since, d.due_on, d.provisional, d.source,
         d.ladder, d.rungs, (SELECT min(r) FROM unnest(d.rungs) r WHERE r >= CASE
           WHEN EXISTS (SELECT 1 FROM timer o WHERE o.project_id = d.project_id
                           AND o.duty = d.duty AND o.subject = d.subject)
           THEN d.first ELSE d.tomorrow END), d.in_hand_of, d.not_by
  FROM due d
  ON CONFLICT (project_id, duty, subject) DO UPDATE SET
    role = excluded.role, since = excluded.since, due_on = excluded.due_on,
    provisional = excluded.provisional, source = excluded.source, ladder = excluded.ladder,
    rungs = excluded.rungs, in_hand_of = excluded.in_hand_of, not_by = excluded.not_by,
    rung_on = CASE WHEN timer.rungs = excluded.rungs THEN timer.rung_on ELSE excluded.rung_on END
  WHERE (timer.role, timer.since, timer.due_on, timer.provisional, timer.source, timer.ladder,
         timer.rungs, timer.in_hand_of, timer.not_by)
    IS DISTINCT FROM (excluded.role, excluded.since, excluded.due_on, excluded.provisional,
         excluded.source, excluded.ladder, excluded.rungs, excluded.in_hand_of, excluded.not_by)
), promised AS (
  INSERT INTO outbox (key, letter, project_id, person_id, language, context, duty, subject,
                      state, promised_at, not_before, attempts, lease, message_id, answer)
  SELECT m.key || '/' || a.person_id, m.letter, s.id, a.person_id, p.language, '{}', m.duty,
         m.subject, 'promised', s.at, s.at, 0, '', md5(m.key || '/' || a.person_id), ''
  FROM jsonb_to_recordset(CAST(:letters AS jsonb)) AS m(
    project_id bigint, key text, letter text, role text, duty text, subject text, but bigint)
  JOIN swapped s ON s.id = m.project_id
  JOIN appointment a ON a.role = m.role
    AND (a.office_id IN (s.provider_id, s.district_id) OR a.role IN ('centre_officer', 'bureau_officer'))
    AND a.since <= s.at::date AND (a.until IS NULL OR a.until >= s.at::date)
    AND a.person_id IS DISTINCT FROM m.but
  JOIN person p ON p.id = a.person_id
  ON CONFLICT (key) DO NOTHING
  RETURNING 1
)
SELECT s.id,
       CASE WHEN s.unsettled OR EXISTS (SELECT 1 FROM promised)
            THEN pg_notify('duban_work', '') END
FROM swapped s
