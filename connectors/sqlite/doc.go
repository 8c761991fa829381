// Package sqlite connects Dossier to SQLite database files.
//
// A file has no accounts: who can open it can read and change all of it. The connector opens it as an
// application does, with the write lock for as long as one Apply takes, and waits for others no longer than
// busy_timeout.
//
// Values come back as they are stored: INTEGER as int64, REAL as float64, TEXT as string, BLOB as bytes,
// or, above 64 KiB, as a Blob. What the declared type says beyond that counts only where nothing is lost: 0 and 1 in
// a BOOLEAN column are bools, text in a JSON column that is JSON is JSON. Dates are the text
// that was stored; an integer is never taken for a date.
//
// A snapshot is a read transaction, and there are snapshots only where the file has a write-ahead log: with a rollback journal a
// reader keeps every writer waiting. While one is held the log cannot be emptied.
//
// Deleted rows are overwritten with zeros (secure_delete), and the write-ahead log is truncated after every call
// that changed rows, unless a reader is holding it: then Close, or the next call, does it. What an application
// that does not set secure_delete left behind when it moved a row between pages is in no row any more, and only
// VACUUM drops it; Describe says so.
package sqlite
