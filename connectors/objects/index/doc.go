// Package index remembers which objects hold whom, so that the next selection of a collection reads those objects only that may hold its rows, and
// those that are new or changed.
//
// What is remembered of a version of an object is which values stand in the columns somebody asked for: as marks, HMACs under a key that
// lies elsewhere, cut to 32 bits. A mark that is there means that the object is read; one that is not there, that it holds no such row. So
// two values with one mark cost a reading, and never hide a row. Nothing is concluded of a column that was not asked for when the
// version was read, nor of a version whose id, entity tag, size or time is another.
//
// The marks are kept in blocks of about a mebibyte, in the order of the objects' keys, each sealed (AES-256-GCM) and bound to its name; a
// directory, sealed too, says which block begins where. Blocks are never changed: a pass over the objects writes new ones for what it found
// otherwise, puts a new directory over the one it read, and takes away those nobody names any more. So whoever is killed leaves the old
// index or the new one; of two passes at once, one is remembered. What is missing, torn, or sealed under another key is taken for nothing known.
//
// Memory is bounded by a few blocks and by the values of the objects that are being read.
package index
