-- The executor's own database. Times are RFC 3339 in UTC with six decimals, '' none, so that they sort as text; dates are
-- YYYY-MM-DD. Columns called sealed, *_sealed hold ciphertext made by core/keys; dek columns hold wrapped keys. No other
-- column holds personal data.

-- +goose Up
CREATE TABLE request (
  id            TEXT PRIMARY KEY,
  serial        INTEGER NOT NULL UNIQUE,          -- of the register
  number        TEXT NOT NULL UNIQUE,             -- year/serial, shown
  right_        TEXT NOT NULL,
  ground        TEXT NOT NULL DEFAULT '',
  controller    TEXT NOT NULL DEFAULT '',
  role          TEXT NOT NULL DEFAULT '',
  channel       TEXT NOT NULL DEFAULT '',
  state         TEXT NOT NULL,
  waiting_for   TEXT NOT NULL DEFAULT '',
  waiting_why   TEXT NOT NULL DEFAULT '',
  outcome       TEXT NOT NULL DEFAULT '',
  attention     TEXT NOT NULL DEFAULT '[]',       -- codes
  flags         TEXT NOT NULL DEFAULT '[]',
  received_at   TEXT NOT NULL,
  due_strict    TEXT NOT NULL DEFAULT '',
  due_code      TEXT NOT NULL DEFAULT '',
  map_digest    TEXT NOT NULL DEFAULT '',
  as_of         TEXT NOT NULL DEFAULT '',
  batch         TEXT NOT NULL DEFAULT '',
  body_sealed   BLOB,
  body_mac      BLOB,
  salt_sealed   BLOB,
  dek           BLOB,
  month         TEXT NOT NULL DEFAULT '',         -- retention month of dek
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL,
  cancel_at     TEXT NOT NULL DEFAULT '',
  closed_at     TEXT NOT NULL DEFAULT '',
  keep_until    TEXT NOT NULL DEFAULT '',
  suspended     TEXT NOT NULL DEFAULT '',         -- why shredding waits: complaint, proceeding
  shredded_at   TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX request_state ON request (state, due_strict);
CREATE INDEX request_month ON request (month) WHERE shredded_at = '';

CREATE TABLE request_mark (                        -- the register's person_mark, one for each unique identifier
  request     TEXT NOT NULL REFERENCES request (id),
  kind        TEXT NOT NULL,
  normaliser  TEXT NOT NULL,
  key_id      TEXT NOT NULL,
  mark        BLOB NOT NULL CHECK (length(mark) = 32),
  PRIMARY KEY (request, kind, mark)
) STRICT;
CREATE INDEX request_mark_mark ON request_mark (mark);

CREATE TABLE request_event (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  request  TEXT NOT NULL REFERENCES request (id),
  type     TEXT NOT NULL,
  at       TEXT NOT NULL,                          -- when it happened
  noted_at TEXT NOT NULL,                          -- when it was written down
  actor    TEXT NOT NULL DEFAULT '',
  ref      TEXT NOT NULL DEFAULT '',               -- tells two events of one type and instant apart
  detail   TEXT NOT NULL DEFAULT '{}',
  sealed   BLOB,
  UNIQUE (request, type, at, ref)
) STRICT;

CREATE TABLE request_part (                        -- sealed texts and files: letters, evidence, statements
  request  TEXT NOT NULL REFERENCES request (id),
  name     TEXT NOT NULL,
  sealed   BLOB NOT NULL,
  at       TEXT NOT NULL,
  PRIMARY KEY (request, name)
) STRICT;

CREATE TABLE request_fact (                        -- plain facts of the register, by name, as JSON
  request  TEXT NOT NULL REFERENCES request (id),
  name     TEXT NOT NULL,
  value    TEXT NOT NULL,
  at       TEXT NOT NULL,
  PRIMARY KEY (request, name)
) STRICT;

CREATE TABLE request_link (
  request  TEXT NOT NULL REFERENCES request (id),
  other    TEXT NOT NULL REFERENCES request (id),
  relation TEXT NOT NULL,
  PRIMARY KEY (request, other, relation)
) STRICT;

CREATE TABLE plan (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  request      TEXT NOT NULL DEFAULT '',
  batch        TEXT NOT NULL DEFAULT '',
  n            INTEGER NOT NULL,
  state        TEXT NOT NULL,                      -- draft superseded approved applied expired
  supplements  INTEGER NOT NULL DEFAULT 0,         -- the plan whose one system it takes up again
  digest       TEXT NOT NULL,
  document     TEXT NOT NULL,                      -- dossier.plan/v1
  complete     INTEGER NOT NULL,
  applicable   INTEGER NOT NULL,
  as_of        TEXT NOT NULL,
  expires_at   TEXT NOT NULL,
  created_at   TEXT NOT NULL,
  created_by   TEXT NOT NULL DEFAULT '',
  applied_at   TEXT NOT NULL DEFAULT '',
  sealed       BLOB,                               -- what the reply must say and is gone afterwards
  UNIQUE (request, batch, n)
) STRICT;
CREATE INDEX plan_digest ON plan (digest);

CREATE TABLE plan_approval (
  plan  INTEGER NOT NULL REFERENCES plan (id),
  actor TEXT NOT NULL,
  at    TEXT NOT NULL,
  PRIMARY KEY (plan, actor)
) STRICT;

CREATE TABLE step (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  request      TEXT NOT NULL DEFAULT '',
  batch        TEXT NOT NULL DEFAULT '',
  plan         INTEGER NOT NULL DEFAULT 0,
  phase        TEXT NOT NULL,
  system       TEXT NOT NULL DEFAULT '',
  part         TEXT NOT NULL DEFAULT '',
  ord          INTEGER NOT NULL DEFAULT 0,
  state        TEXT NOT NULL CHECK (state IN ('ready','claimed','prepared','committed','verified','settled','waiting','attention','done')),
  fence        INTEGER NOT NULL DEFAULT 0,
  lease_owner  TEXT NOT NULL DEFAULT '',
  lease_until  TEXT NOT NULL DEFAULT '',
  attempts     INTEGER NOT NULL DEFAULT 0,
  not_before   TEXT NOT NULL DEFAULT '',
  waits_for    TEXT NOT NULL DEFAULT '',
  detail       TEXT NOT NULL DEFAULT '{}',
  created_at   TEXT NOT NULL,
  updated_at   TEXT NOT NULL,
  UNIQUE (request, batch, plan, phase, system, part)
) STRICT;
CREATE INDEX step_due ON step (state, not_before, lease_until);

CREATE TABLE step_need (                           -- step runs only after needs is verified
  step  INTEGER NOT NULL REFERENCES step (id),
  needs INTEGER NOT NULL REFERENCES step (id),
  PRIMARY KEY (step, needs)
) STRICT, WITHOUT ROWID;

CREATE TABLE step_count (
  step        INTEGER NOT NULL REFERENCES step (id),
  collection  TEXT NOT NULL,
  treatment   TEXT NOT NULL,
  person      INTEGER NOT NULL DEFAULT -1,         -- index in the batch; -1: the total, a shared row once
  planned     INTEGER NOT NULL DEFAULT 0,
  prepared    INTEGER NOT NULL DEFAULT 0,
  committed   INTEGER NOT NULL DEFAULT 0,          -- acknowledged
  inferred    INTEGER NOT NULL DEFAULT 0,          -- prepared was recorded, the acknowledgement lost, the rows found gone
  PRIMARY KEY (step, collection, treatment, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE key_frame (                           -- captured link keys, sealed
  request TEXT NOT NULL REFERENCES request (id),
  system  TEXT NOT NULL,
  edge    TEXT NOT NULL,
  seq     INTEGER NOT NULL,
  sealed  BLOB NOT NULL CHECK (length(sealed) <= 65536),
  PRIMARY KEY (request, system, edge, seq)
) STRICT;

CREATE TABLE held (                                -- a restriction's own record of what it holds where
  request     TEXT NOT NULL REFERENCES request (id),
  system      TEXT NOT NULL,
  collection  TEXT NOT NULL,
  method      TEXT NOT NULL,
  count       INTEGER NOT NULL DEFAULT 0,
  since       TEXT NOT NULL,
  lifted_at   TEXT NOT NULL DEFAULT '',
  sealed      BLOB,
  PRIMARY KEY (request, system, collection)
) STRICT;

CREATE TABLE permit (                              -- art. 18(2)
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  request    TEXT NOT NULL REFERENCES request (id),
  basis      TEXT NOT NULL,
  law        TEXT NOT NULL DEFAULT '',
  account    TEXT NOT NULL,
  until      TEXT NOT NULL,
  actor      TEXT NOT NULL DEFAULT '',
  at         TEXT NOT NULL,
  revoked_at TEXT NOT NULL DEFAULT '',
  UNIQUE (request, basis, law, account, until)
) STRICT;

CREATE TABLE permit_use (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  permit INTEGER NOT NULL REFERENCES permit (id),
  at     TEXT NOT NULL,
  actor  TEXT NOT NULL DEFAULT '',
  what   TEXT NOT NULL DEFAULT '',
  UNIQUE (permit, at, actor, what)
) STRICT;

CREATE TABLE due_item (
  id          TEXT PRIMARY KEY,
  request     TEXT NOT NULL,                       -- whose plan kept it
  system      TEXT NOT NULL,
  collection  TEXT NOT NULL,
  rule        TEXT NOT NULL,
  law         TEXT NOT NULL DEFAULT '',
  until       TEXT NOT NULL DEFAULT '',            -- last day of keeping; '' by event or criterion
  event       TEXT NOT NULL DEFAULT '',
  criterion   TEXT NOT NULL DEFAULT '',
  count       INTEGER NOT NULL DEFAULT 0,
  shell       INTEGER NOT NULL DEFAULT 0,
  asks        INTEGER NOT NULL DEFAULT 0,          -- the map wants an approval again
  state       TEXT NOT NULL CHECK (state IN ('waiting','held','planned','done')),
  because     TEXT NOT NULL DEFAULT '',            -- of the hold
  actor       TEXT NOT NULL DEFAULT '',
  changed_at  TEXT NOT NULL DEFAULT '',
  map_digest  TEXT NOT NULL DEFAULT '',
  plan_digest TEXT NOT NULL DEFAULT '',
  sealed      BLOB,                                -- root keys
  dek         BLOB,
  month       TEXT NOT NULL DEFAULT '',
  taken_by    TEXT NOT NULL DEFAULT '',            -- the request that plans it now
  created_at  TEXT NOT NULL,
  done_at     TEXT NOT NULL DEFAULT '',
  UNIQUE (request, system, collection, rule, until, event)
) STRICT;
CREATE INDEX due_item_until ON due_item (state, until);

CREATE TABLE due_mark (
  due         TEXT NOT NULL REFERENCES due_item (id),
  kind        TEXT NOT NULL,
  normaliser  TEXT NOT NULL,
  key_id      TEXT NOT NULL,
  mark        BLOB NOT NULL CHECK (length(mark) = 32),
  PRIMARY KEY (due, kind, mark)
) STRICT;
CREATE INDEX due_mark_mark ON due_mark (mark);

CREATE TABLE tombstone (
  id              TEXT PRIMARY KEY,
  state           TEXT NOT NULL CHECK (state IN ('intended','verified','void','released')),
  request         TEXT NOT NULL,
  right_          TEXT NOT NULL,
  ground          TEXT NOT NULL DEFAULT '',
  purposes        TEXT NOT NULL DEFAULT '[]',
  systems         TEXT NOT NULL DEFAULT '[]',
  categories      TEXT NOT NULL DEFAULT '[]',
  erased_on       TEXT NOT NULL DEFAULT '',
  kept            INTEGER NOT NULL DEFAULT 0,
  kept_until      TEXT NOT NULL DEFAULT '',
  reerase_until   TEXT NOT NULL DEFAULT '',
  reerase_because TEXT NOT NULL DEFAULT '',
  proof_until     TEXT NOT NULL DEFAULT '',
  proof_because   TEXT NOT NULL DEFAULT '',
  basis           TEXT NOT NULL DEFAULT '',
  told_in         TEXT NOT NULL DEFAULT '',
  journal         INTEGER NOT NULL DEFAULT -1,
  dek             BLOB,                            -- of the plain fields
  month           TEXT NOT NULL DEFAULT '',
  created_at      TEXT NOT NULL,
  verified_at     TEXT NOT NULL DEFAULT '',
  ended_at        TEXT NOT NULL DEFAULT '',        -- void, released
  UNIQUE (request)
) STRICT;

CREATE TABLE tombstone_mark (
  tombstone   TEXT NOT NULL REFERENCES tombstone (id),
  kind        TEXT NOT NULL,
  normaliser  TEXT NOT NULL,
  key_id      TEXT NOT NULL,
  mark        BLOB NOT NULL CHECK (length(mark) = 32),
  PRIMARY KEY (tombstone, kind, mark)
) STRICT;
CREATE INDEX tombstone_mark_mark ON tombstone_mark (mark);
CREATE INDEX tombstone_mark_key ON tombstone_mark (key_id);

CREATE TABLE tombstone_plain (
  tombstone   TEXT NOT NULL REFERENCES tombstone (id),
  field       TEXT NOT NULL CHECK (field IN ('name','pesel','address','email','phone')),
  reason      TEXT NOT NULL,
  sealed      BLOB NOT NULL,
  PRIMARY KEY (tombstone, field)
) STRICT;

CREATE TABLE no_contact (                          -- objection to direct marketing: no end while the controller markets
  purpose     TEXT NOT NULL,
  kind        TEXT NOT NULL,
  normaliser  TEXT NOT NULL,
  key_id      TEXT NOT NULL,
  mark        BLOB NOT NULL CHECK (length(mark) = 32),
  since       TEXT NOT NULL,
  request     TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (purpose, kind, mark)
) STRICT;

CREATE TABLE recipient_notice (
  request          TEXT NOT NULL,
  recipient        TEXT NOT NULL,                  -- map id, or what the disclosure log says
  event            TEXT NOT NULL,                  -- rectification completion erasure restriction lifting
  name             TEXT NOT NULL,
  category         TEXT NOT NULL DEFAULT '{}',     -- label by language
  role             TEXT NOT NULL,
  country          TEXT NOT NULL DEFAULT '',
  transfer_ground  TEXT NOT NULL DEFAULT '',
  categories       TEXT NOT NULL DEFAULT '[]',
  first_on         TEXT NOT NULL DEFAULT '',
  last_on          TEXT NOT NULL DEFAULT '',
  known_from       TEXT NOT NULL DEFAULT '',
  not_one          TEXT NOT NULL DEFAULT '',       -- law, where it is no recipient (art. 4(9))
  channel          TEXT NOT NULL DEFAULT '',
  template         TEXT NOT NULL DEFAULT '',
  state            TEXT NOT NULL CHECK (state IN ('queued','sent','acknowledged','done','failed','exempt')),
  attempts         INTEGER NOT NULL DEFAULT 0,
  not_before       TEXT NOT NULL DEFAULT '',
  sent_at          TEXT NOT NULL DEFAULT '',
  acknowledged_at  TEXT NOT NULL DEFAULT '',
  done_at          TEXT NOT NULL DEFAULT '',
  exempt_limb      TEXT NOT NULL DEFAULT '',
  exempt_letter    TEXT NOT NULL DEFAULT '',
  exempt_reasoning TEXT NOT NULL DEFAULT '',
  exempt_evidence  TEXT NOT NULL DEFAULT '',
  exempt_by        TEXT NOT NULL DEFAULT '',
  exempt_at        TEXT NOT NULL DEFAULT '',
  efforts          TEXT NOT NULL DEFAULT '[]',
  told_subject_at  TEXT NOT NULL DEFAULT '',
  keep_until       TEXT NOT NULL DEFAULT '',
  sealed           BLOB,                           -- what the recipient calls the person
  dek              BLOB,
  month            TEXT NOT NULL DEFAULT '',
  created_at       TEXT NOT NULL,
  PRIMARY KEY (request, recipient, event)
) STRICT;
CREATE INDEX recipient_notice_state ON recipient_notice (state, not_before);

CREATE TABLE task (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  request     TEXT NOT NULL DEFAULT '',
  step        INTEGER NOT NULL DEFAULT 0,
  kind        TEXT NOT NULL,
  system      TEXT NOT NULL DEFAULT '',
  collection  TEXT NOT NULL DEFAULT '',
  ref         TEXT NOT NULL DEFAULT '',
  department  TEXT NOT NULL DEFAULT '',
  state       TEXT NOT NULL CHECK (state IN ('open','done','nothing_found','refused','cancelled')),
  due_on      TEXT NOT NULL DEFAULT '',
  detail      TEXT NOT NULL DEFAULT '{}',
  sealed      BLOB,                                -- what to look at
  answer      TEXT NOT NULL DEFAULT '{}',
  answered_by TEXT NOT NULL DEFAULT '',
  answered_at TEXT NOT NULL DEFAULT '',
  created_at  TEXT NOT NULL,
  UNIQUE (request, kind, system, collection, ref)
) STRICT;
CREATE INDEX task_state ON task (state, due_on);

CREATE TABLE outbox (                              -- callbacks: ids and states only
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  type         TEXT NOT NULL,
  request      TEXT NOT NULL DEFAULT '',
  target       TEXT NOT NULL DEFAULT '',
  payload      TEXT NOT NULL,
  ref          TEXT NOT NULL DEFAULT '',
  state        TEXT NOT NULL CHECK (state IN ('queued','delivered','failed')),
  attempts     INTEGER NOT NULL DEFAULT 0,
  not_before   TEXT NOT NULL DEFAULT '',
  created_at   TEXT NOT NULL,
  delivered_at TEXT NOT NULL DEFAULT '',
  UNIQUE (type, request, target, ref)
) STRICT;
CREATE INDEX outbox_state ON outbox (state, not_before);

CREATE TABLE journal_leaf (
  n       INTEGER PRIMARY KEY CHECK (n >= 0),
  at      TEXT NOT NULL,
  kind    TEXT NOT NULL,
  request TEXT NOT NULL DEFAULT '',
  leaf    BLOB NOT NULL
) STRICT;
CREATE INDEX journal_leaf_request ON journal_leaf (request, kind);
-- +goose StatementBegin
CREATE TRIGGER journal_leaf_stays BEFORE UPDATE ON journal_leaf BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER journal_leaf_remains BEFORE DELETE ON journal_leaf BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
-- +goose StatementEnd

CREATE TABLE journal_hash (
  n    INTEGER PRIMARY KEY CHECK (n >= 0),
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE journal_checkpoint (
  size INTEGER PRIMARY KEY,
  note BLOB NOT NULL,
  at   TEXT NOT NULL
) STRICT;

CREATE TABLE setting (                             -- facts about this state itself
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

