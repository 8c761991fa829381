-- The accounts of the sample, MariaDB or MySQL.
CREATE TABLE payers (
  payer_no      varchar(20) PRIMARY KEY,
  name          varchar(200),
  address       varchar(200),
  iban          varchar(34),
  invoice_count int NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
CREATE TABLE invoices (
  series   varchar(4) NOT NULL,
  number   bigint NOT NULL,
  payer_no varchar(20),
  tax_on   date,
  due_on   date,
  total    decimal(12, 2) NOT NULL,
  state    varchar(10) NOT NULL,
  PRIMARY KEY (series, number),
  FOREIGN KEY (payer_no) REFERENCES payers (payer_no)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
CREATE TABLE items (
  series  varchar(4) NOT NULL,
  number  bigint NOT NULL,
  line    int NOT NULL,
  service varchar(200),
  price   decimal(12, 2),
  PRIMARY KEY (series, number, line),
  FOREIGN KEY (series, number) REFERENCES invoices (series, number)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
