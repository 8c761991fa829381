// Package objects is what a folder tree and a bucket have in common: addresses that are path templates with {fields} in them, and
// selections of the rows that stand at such paths or inside the objects there.
//
// An address is matched segment by segment, as bytes. A name has one reading: from the left, a field takes a whole ISO date where one
// stands in its place and what follows the field follows the date; otherwise the shortest run of one or more characters that
// lets the rest match; the last field of a segment takes what is left. A value that is empty, "." or "..", or holds
// a separator or NUL stands in no path. Names that begin with [OwnPrefix] are the connectors' own and match nothing.
package objects
