// Package mongodb connects Dossier to MongoDB 4.4 and later, and to servers that speak its protocol (FerretDB).
//
// # Addresses and names
//
// A collection's `at:` is a collection of documents; or tickets.comments[], the elements of an array in the documents of tickets, each of them a row;
// or gridfs:photos, the files of a bucket. Of tickets.comments[] the collection is named up to the first dot, and one array stands on the way.
//
// reporter.phone is a member of an embedded document. In a collection of elements a name is the element's where the element has it, otherwise
// its document's; the first field of a key of several is the document's where the document has it. $element.NAME is the element's
// for certain (where element and document both have an _id), and $element is the element itself, where it is a plain value.
// A field that is to be compared or written and is, or leads through, an array in some document is an error: its elements want
// a collection of their own. Nothing is looked for inside values nobody mapped.
//
// # Values
//
// Documents are read and written as the bytes they are: what is not changed keeps its type, its order and its place, 32-bit numbers,
// decimals and binary subtypes included. ObjectIds and UUIDs are given as their usual text, other marked bytes as Extended JSON. A text that is looked for is found as a number, an
// ObjectId, a UUID, a date or a truth value too, because the map writes texts; a text that is written takes the type of what stands there, or else what
// the field usually has. Documents and arrays are Extended JSON.
//
// Values of several types are one that way: 1 and "1", an ObjectId and its text. Two documents of a collection whose _ids are the same but for their type (numbers of all
// widths are one to the server) are therefore an error as soon as one of them is found: what refers to one cannot be told from what refers to the other.
//
// Texts that are looked for in whatever case (connectors.Match.Folded) are compared here, not by the server, whose collations fold
// otherwise: every document of the collection is read for it, of each the fields that are compared.
//
// # Changing documents
//
// No operator changes "the element that is meant" on every server: an array is read, edited and written back whole, where it is still as it was;
// where others have changed it meanwhile, it is read again and their change stays. A document goes, and a field is written, where all that its rows
// were selected by is still so. A thousand rows are a handful of commands: what the server says it did is compared with what was sent, and where it is less,
// documents are read back to find out which; where that cannot tell whose row it was, no more is counted than is certain. (A server that cannot compare a
// document as a whole, FerretDB, gives those that are moved one by one.) See [store.Apply] for what is promised, with transactions and without. A file of GridFS goes with its chunks.
//
// What is compared and what is written go in one command, of at most 16 MiB, so that an array of more than about half of that stays as it is, and a person is told.
// A member with a dot in its own name is named by nothing: where it reads as a field that is mapped, that is an error. Views, capped collections and those of
// measurements over time are read; whether they are changed the server decides, and its refusal is said to be one.
//
// # Restriction
//
// Block moves a document, a file with its chunks or an element of an array into a database of its own (the setting held_database), of which applications
// know nothing and on which their accounts have no rights. A document comes back as the bytes it was; an element behind the nearest
// of those that stood before it and are still there, for which 32 bits of the nearest of them, and of some farther ones, are kept with it. Where the _id, a unique value or the element's key has been
// taken, or the document around it is gone, Release changes nothing and says ErrConflict.
//
// [store.Install] gives what makes that database, [store.Grants] the role of the connector's account. A call that was broken off in the middle leaves content in
// two places, of which the one in its place counts; the same call again, or a deletion, takes the other away.
//
// # No snapshot
//
// There is no view of all collections as of one moment: a server keeps one for five minutes, less than a large copy takes. What is read of several
// collections is of several moments; what is changed is guarded by itself.
//
// # What a server without a schema cannot say
//
// Inspect samples documents. A member that stands in few of them may not be seen, so that the live check proves less here than for tables.
package mongodb
