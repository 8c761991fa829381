// Package files connects Dossier to a folder tree.
//
// # Addresses
//
// A collection's `at:` is a path template below the root: letters/{member_no}/{sent_on}-{letter_no}.pdf.
// What stands in braces is a field; a * is a field without a name. The template is matched segment by
// segment, as bytes: case counts, and no Unicode normalisation is done (a name stored decomposed is
// another name than the same text composed). Something must stand between two fields.
//
// A name has one reading. From the left, a field takes a whole ISO date (2024-01-05) where one stands in
// its place and what follows the field follows the date; otherwise the shortest run of one or more
// characters that lets the rest of the name match; the last field of a segment takes what is left.
// So 2024-01-05-A-17.pdf is the letter A-17 of 2024-01-05. A field that occurs twice has the same
// value in both places, or the name does not match.
//
// A value that is empty, "." or "..", or holds a separator, NUL or one of * ? [ ] matches no path. Symbolic
// links are never followed, neither to files nor through folders, and what is neither a regular file
// nor a folder is not seen. Names that begin with .dossier- are the connector's own and match nothing.
//
// # Rows inside files
//
// With `rows:` every record of a csv, line of a jsonl, element of an array in a json or row of a Parquet file is a row, and the fields
// of the path belong to each row of the file. Where a path field and a column have one name, the
// path's value holds. In csv an empty cell is NULL and a quoted empty cell the empty text, as in SQL copies; other
// cells are texts. In json a member that is absent is NULL, and a.b is member b of member a. Rewriting a file
// copies the bytes of everything it does not change.
//
// Columns of a Parquet file have types: whole numbers, decimals, instants and texts come as such, dates and times of day as ISO text, groups and lists
// as JSON; a.b is field b of group a. A new value has to fit the type of its column; a group or list can only be emptied. What of a file is kept
// is told by package parquet. A row is put back where it stood; the file is then the same row for row, and not to the byte.
//
// # Positional keys
//
// The field `line` of csv and jsonl, `no` of json and `row` of parquet, where no column or member has that name, names a
// row by its place: a text of its number in the file, from 1, and a fingerprint of its bytes
// ("12~5f0c9a41d2b7"). Places shift when a row before them goes, so such a key holds only until the file is
// next rewritten or the row changed; because of the fingerprint, a key from before then finds nothing rather
// than a neighbour. Link keys should not be positional, and to verify an erasure ask by identifiers
// or by the edge, not by such a key.
//
// # Restriction
//
// Block moves what it blocks into a closed folder (the setting held; .dossier-held in the root unless named), of mode 0700, its files 0600, where
// everything of the connector still finds it. A document moves as it is, and comes back with its name, mode and time. A row leaves its
// file with what is needed to put it back: where nothing but appending has happened to the file meanwhile, to the byte; otherwise
// it goes with the nearest of its neighbours that are still there. Where its place has been taken, the file is gone or has other
// columns, or none of its neighbours is left in a file without header, Release changes nothing and says ErrConflict. While rows of a file are held, a
// fingerprint of 32 bits of each of its rows is kept in the closed folder, and goes with the last held row. A folder that an
// application removed is made again with the mode of the one above. Files of rows get a new time when rows leave or come back.
//
// # Changing files
//
// There are no transactions. See [store.Apply] for what is promised instead, and the file rewrite.go for how files
// are replaced without losing what others append meanwhile.
package files
