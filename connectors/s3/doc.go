// Package s3 connects Dossier to a bucket of S3, or of a service that speaks its protocol (MinIO). One system of the map is one bucket.
//
// # Addresses
//
// A collection's `at:` is a template of keys: letters/{member_no}/{sent_on}-{letter_no}.pdf. What stands in braces is a field; a * is a field
// without a name; see package objects. Only keys below the part of the address that the selection names are listed: letters/C-1/ for the
// member C-1, and never C-10. Keys that begin with .dossier- are the connector's own and match nothing.
//
// tag.NAME is a tag of a document, meta.NAME an entry of its metadata (in small letters). Rows are selected by them too; then every document of the
// address is asked for its own. Rows inside objects have no such fields.
//
// # Rows inside objects
//
// With `rows:` every record of a csv, line of a jsonl, element of an array in a json or row of a Parquet object is a row, as in package files, and the fields of the
// key belong to each row of the object. An object that begins as gzip or zstd does is read and written compressed, whatever it is called. All
// persons of a selection are found in one pass over the objects; sixteen objects are read at a time, up to a mebibyte of each at once; of larger ones six, and of each
// no more than a part (8 MiB) is in memory. Of a Parquet object the footer is read, then the columns and pages in which such rows can stand; one that is rewritten has a row group in
// memory, which is why those beyond a size are refused.
//
// An object that was read at once and holds rows that are to be changed is not read again for that: 4 MiB of such objects wait in memory, and what the setting
// spool_mib says in a temporary file that has no name and is sealed under a key that is never written down; give 0 where temporary files lie in memory. What there is no room for is read again. Either way it is
// written over the object of the entity tag that was read. What stands beside the content, tags above all, can change without a new entity tag: in a bucket that keeps versions
// the tags of the replaced version are read once it is replaced, and given to the new one where they are not what was carried over; in others they are read right before the write. A tag
// that is set between that reading and the write, or shortly before this process is killed in between, is lost: S3 has no condition for tags. A stream that breaks off is asked for again from there, under the same entity tag.
//
// # The index
//
// Where the setting index_key gives a key, what a search has read of objects of rows is remembered below the closed prefix (index/): for
// every version of an object, marks of the values that stand in the columns it was searched by; see package index. The next search lists the bucket, and reads the objects that
// are new or changed, and those that may hold who is asked for. It is a cache: lost, torn or of another key, it is made anew, and
// who wants to be rid of it deletes the folder. Before an object is rewritten it is forgotten, and all versions of the piece that spoke of it are removed; an object an
// application has removed is forgotten by the next search. The key belongs where the other secrets are, and not beside the bucket's backups: with it, a mark can be tried against every
// value there may be. A bucket that retains what is new has no index. After a collection's address or row format was changed, its old index is of no use, and the folder is
// best deleted.
//
// # Changing objects
//
// An object of rows is rewritten: what stays is streamed into a new one, with the media type, metadata, tags, storage class and encryption of
// the old one, that takes its place at one instant and only over the object that was read (If-Match). A writer who came in between is never
// overwritten: the call ends with ErrTryLater. A service that does not heed If-Match is found out before anything is written, and refused. Where the bucket keeps no
// versions a document is deleted on the same condition; of services that do not heed it there (MinIO), the object is looked at a moment before,
// and a process that stood still in between does not send the request: what is left is a request on its way, which a service refuses when it is a quarter of an hour old. A bucket
// that keeps versions has no such gap.
// See [store.Apply] for what is promised without transactions.
//
// # Versions
//
// In a bucket with versioning, a row that stands in an older version only, or in one behind a delete marker, is still the person's row: it is
// located and counted. Whatever deletes or changes a row removes every version that holds it as it was, and a document goes with all its
// versions and delete markers, the oldest first. Older versions are never rewritten; they go whole, with what was others' history in them.
// Uploads in parts that were begun a day ago or more at a key the selection names, and given up, go with a deletion.
//
// A version under a legal hold is an ErrConflict, one under retention an ErrTryLater that says until when, before anything is changed. Neither
// is ever lifted or bypassed.
//
// # Restriction
//
// Block moves what it blocks below a closed prefix (the setting held), which a statement of the bucket's policy keeps from applications: `dossier
// connector install` prints it. A document moves with all its versions and comes back with them, in their order, as content and
// traits; their dates are new. A row leaves its object with what is needed to put it back: where nothing but appending has happened to
// the object meanwhile, to the byte; otherwise it goes with the nearest of its neighbours that are still there. Where its place has been taken, the object is gone or
// has other columns, Release changes nothing and says ErrConflict. In a bucket with object lock what is held is under a legal
// hold of our own. Rows of which older versions exist are not blocked: they could not be put back there.
//
// By tag, a document stays where it stands, as it is: all its versions get the tag dossier-restricted beside those they have, and statements of the bucket's policy
// keep what has it from applications. S3 cannot deny that an object with a tag is written over or deleted; in a bucket that keeps versions neither changes what is
// restricted, and the removal of versions is denied. Where it keeps none, where an account of applications can get at an object with the tag (one is
// made and tried), or, if none is named, where the policy lacks the statements, nothing is blocked so; nor are rows inside objects, which others stand in. The tag says
// who holds, as digests of the requests' names; fifteen have room.
//
// # Credentials
//
// Those the settings give, else the usual chain: a profile in credentials_file, a role of the machine or container. A connector that runs as a process of its
// own gets nothing of its host's environment.
package s3
