// Package mysql connects Dossier to MariaDB (10.6 and later) and MySQL (8.0.19 and later) databases.
//
// Names are those of the database: a collection at `members` is that table of the database named in the address, one at `hr.members`
// that of another database of the same server. A name that differs from the table's in the case of letters alone is found too.
//
// Values come back as what they are: whole numbers as int64, decimal (and a bigint unsigned beyond int64) as Decimal, json as JSON, bit(1)
// and a tinyint(1) of 0 or 1 as bool, timestamp as an instant. A date and a datetime are texts, because they name no instant before a zone
// is known; so is '0000-00-00', a date nobody knows. Bytes above 64 KiB leave as a Blob. What has no value of its own in the contract
// (enum, set, time, uuid, inet6 …) is a text.
//
// Values go the other way as texts that were looked at first: what no value of the column's type can be matches nothing, and is
// an error where it is to be stored. Subjects are sent as one JSON document and read with JSON_TABLE.
//
// The server lets an account into a database, and tells it of tables, where it may do anything there at all: REFERENCES on the database is
// enough to begin with, and lets it read nothing. What it needs beside that `dossier connector grants` prints.
//
// Texts compare as their column's collation compares them. A row is named by its primary key, else by a unique key none of whose
// columns may be NULL; a table with neither is refused, with the statement that gives it one.
//
// Apply works under READ COMMITTED: rows are found, locked by what names them in the order of their keys, those that are referred to before those
// that refer to them, and found again under the lock; only then is anything counted. Rows go after those that refer to them, because the server
// looks at a foreign key as each row goes; in a circle references that may be NULL are emptied first, which sets off the application's triggers.
// Tables whose engine has no transactions, and those that keep every version of a row, are read and never changed.
package mysql
