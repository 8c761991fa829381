// Package postgres connects Dossier to PostgreSQL databases.
//
// Names are those of the database, exactly: a collection at `app.Members` is the table "Members" of the schema app; without a schema
// the account's search path decides. A name that differs from the table's in the case of letters alone is found too.
//
// Values come back as what they are: whole numbers as int64, numeric as Decimal, json, jsonb and arrays as JSON, timestamptz as an
// instant. A date, and a timestamp without a zone, is a text, because it names no instant before a zone is known; so is 'infinity', a date
// nobody can read. A bytea above 64 KiB leaves as a Blob. What has no value of its own in the contract (uuid, enum, inet …) is a text.
//
// Values go the other way as texts that were looked at first: what no value of the column's type can be matches nothing, and is
// an error where it is to be stored.
//
// A row is named by its primary key, else by a unique key none of whose columns may be NULL, else by where it stands (tableoid and
// ctid). A table with children by inheritance, whose keys hold in each of them alone, is one of the last.
//
// Apply works under READ COMMITTED: the rows of all treatments are locked first, those that are referred to before those that refer to
// them, in the order of their keys; only then is anything counted, in statements that see what others committed until then.
//
// What is asked again and again of a few values stands prepared on a connection, and is planned once: whatever stands between has to pool
// sessions, not transactions. Changes name their request in a comment, and the transaction does in application_name, for what stands prepared.
//
// Rows are restricted by one of two methods, for which an administrator installs what Install prints. By move, content goes to a table of the
// executor's own, out of everybody's reach but a superuser's; what others refer to leaves a shell that a guard keeps. By row_security the row stays: a restrictive
// policy hides it from every account but the executor's, the table's owner and what reads as him included, and a guard refuses to
// change it, also to cascades, TRUNCATE and statements on a partition. Superusers and views of theirs see it; COPY FROM and dumps by accounts the policy binds
// fail from the first day. What keeps no rows back from the policy, a view or a function of an account above it, `manifest check --live` names.
package postgres
