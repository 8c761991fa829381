-- The ledger of the sample cooperative. Dates are ISO 8601 texts.
CREATE TABLE accounts (
  account_no  TEXT NOT NULL PRIMARY KEY,
  member_no   TEXT,
  holder      TEXT NOT NULL,
  iban        TEXT UNIQUE
);

CREATE TABLE entries (
  book           TEXT    NOT NULL,
  entry_no       INTEGER NOT NULL,
  account_no     TEXT    NOT NULL REFERENCES accounts (account_no),
  payer          TEXT,
  title          TEXT    NOT NULL,
  amount         DECIMAL(12,2) NOT NULL,
  booked_on      DATE,
  due_on         DATE,
  status         TEXT,
  corrects_book  TEXT,
  corrects_no    INTEGER,
  PRIMARY KEY (book, entry_no),
  FOREIGN KEY (corrects_book, corrects_no) REFERENCES entries (book, entry_no)
);

CREATE TABLE readings (
  flat_no  TEXT NOT NULL,
  meter    TEXT NOT NULL,
  read_on  DATE NOT NULL,
  value    DECIMAL(10,3),
  PRIMARY KEY (flat_no, meter, read_on)
);

CREATE TABLE arrears_letters (
  id          INTEGER PRIMARY KEY,
  account_no  TEXT NOT NULL REFERENCES accounts (account_no),
  sent_on     DATE,
  body        TEXT NOT NULL
);

CREATE TABLE balances (
  account_no  TEXT NOT NULL PRIMARY KEY REFERENCES accounts (account_no),
  total       DECIMAL(12,2) NOT NULL
);

-- made when the rows are in: indexes
CREATE INDEX accounts_member ON accounts (member_no);
CREATE INDEX entries_account ON entries (account_no, booked_on);
CREATE INDEX entries_corrects ON entries (corrects_book, corrects_no);
CREATE INDEX arrears_letters_account ON arrears_letters (account_no);
