-- Requests carried out together: their common work is sealed under a key of the batch's own, which goes with its end.

-- +goose Up
CREATE TABLE batch (
  id         TEXT PRIMARY KEY,
  dek        BLOB,                                 -- wrapped; NULL once everybody's request has ended
  month      TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  ended_at   TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE batch_member (                        -- who is carried out with it; n is the person of step_count
  batch    TEXT NOT NULL REFERENCES batch (id),
  n        INTEGER NOT NULL,
  request  TEXT NOT NULL REFERENCES request (id),
  plan     INTEGER NOT NULL REFERENCES plan (id),  -- its own
  PRIMARY KEY (batch, n),
  UNIQUE (plan)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_frame (                         -- as key_frame, of a batch
  batch   TEXT NOT NULL REFERENCES batch (id),
  system  TEXT NOT NULL,
  edge    TEXT NOT NULL,
  seq     INTEGER NOT NULL,
  sealed  BLOB NOT NULL CHECK (length(sealed) <= 65536),
  PRIMARY KEY (batch, system, edge, seq)
) STRICT;

CREATE INDEX request_batch ON request (batch) WHERE batch <> '';
CREATE INDEX plan_supplements ON plan (supplements);
CREATE INDEX step_plan ON step (plan);
CREATE INDEX step_count_person ON step_count (step, person);
CREATE INDEX task_step ON task (step);
