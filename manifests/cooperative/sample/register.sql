-- The members' register of the sample cooperative. Dates are ISO 8601 texts; instants carry no zone and stand in Europe/Warsaw.
CREATE TABLE schema_migrations (
  version     INTEGER PRIMARY KEY,
  applied_at  TIMESTAMP NOT NULL
);

CREATE TABLE staff (
  id      INTEGER PRIMARY KEY,
  login   TEXT    NOT NULL UNIQUE,
  name    TEXT    NOT NULL,
  active  BOOLEAN NOT NULL DEFAULT TRUE
);

CREATE TABLE addresses (
  id      INTEGER PRIMARY KEY,
  street  TEXT,
  city    TEXT
);

CREATE TABLE members (
  id                 INTEGER PRIMARY KEY,
  member_no          TEXT UNIQUE,
  pesel              TEXT UNIQUE,
  email              TEXT,
  phone              TEXT,
  first_name         TEXT NOT NULL,
  last_name          TEXT NOT NULL,
  born_on            DATE,
  died_on            DATE,
  joined_on          DATE NOT NULL,
  left_on            DATE,
  status             TEXT,
  address_id         INTEGER REFERENCES addresses (id),
  representative_id  INTEGER REFERENCES members (id),
  recommended_by     INTEGER REFERENCES members (id),
  registered_by      INTEGER REFERENCES staff (id),
  emergency_name     TEXT,
  emergency_phone    TEXT,
  disability         TEXT,
  risk_score         INTEGER,
  scored_on          DATE,
  notes              TEXT,
  statement          TEXT,
  restricted_at      TIMESTAMP,
  created_at         TIMESTAMP,
  row_version        INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE leases (
  lease_no     TEXT NOT NULL PRIMARY KEY,
  flat_no      TEXT NOT NULL,
  started_on   DATE,
  ended_on     DATE,
  deed_no      TEXT,
  party_count  INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE lease_parties (
  lease_no   TEXT    NOT NULL REFERENCES leases (lease_no),
  member_id  INTEGER NOT NULL REFERENCES members (id),
  share      TEXT,
  left_on    DATE,
  PRIMARY KEY (lease_no, member_id)
);

CREATE TABLE vehicles (
  id         INTEGER PRIMARY KEY,
  member_id  INTEGER NOT NULL REFERENCES members (id),
  plate      TEXT NOT NULL
);

CREATE TABLE subscriptions (
  id      INTEGER PRIMARY KEY,
  email   TEXT,
  topics  TEXT NOT NULL
);

CREATE TABLE disclosures (
  id         INTEGER PRIMARY KEY,
  member_id  INTEGER NOT NULL REFERENCES members (id),
  recipient  TEXT NOT NULL,
  sent_on    DATE
);

CREATE TABLE member_search (
  member_id  INTEGER PRIMARY KEY REFERENCES members (id),
  terms      TEXT NOT NULL
);

-- made when the rows are in: indexes
CREATE INDEX members_email ON members (email);
CREATE INDEX members_email_caseless ON members (email COLLATE NOCASE);
CREATE INDEX members_phone ON members (phone);
CREATE INDEX members_emergency_phone ON members (emergency_phone);
CREATE INDEX members_address ON members (address_id);
CREATE INDEX members_representative ON members (representative_id);
CREATE INDEX members_recommended_by ON members (recommended_by);
CREATE INDEX members_registered_by ON members (registered_by);
CREATE INDEX leases_flat ON leases (flat_no);
CREATE INDEX lease_parties_member ON lease_parties (member_id);
CREATE INDEX vehicles_member ON vehicles (member_id);
CREATE INDEX subscriptions_email ON subscriptions (email);
CREATE INDEX subscriptions_email_caseless ON subscriptions (email COLLATE NOCASE);
CREATE INDEX disclosures_member ON disclosures (member_id);
