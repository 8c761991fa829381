// Package connectors is the contract between Dossier and a store of personal data.
//
// A connector knows rows, never rights: it is told which rows to find, change, delete, block or
// release. Implement [Connector] and [Store] and access works; add [Writer] and erasure,
// rectification and objection work; let Block and Release be among your verbs, add [Prober], and
// restriction works. Run `dossier connector test` to learn what is missing.
//
// The rules that hold for every method:
//
//   - The zero [Selection] is no row. Everything is All, said aloud.
//   - NULL and the empty text match nothing, neither as identifier nor as edge key.
//   - No match is no error; a collection that does not exist is one ([ErrNoCollection]).
//   - A value of a row never stands in an error, a diagnostic or a log line.
//   - Conditions are two-valued: an atom about NULL is false, except [IsNull].
//   - Equality of keys is the store's (collation, citext), not Go's.
package connectors
