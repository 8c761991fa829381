// Package parquet reads and rewrites the rows inside one Parquet file, row group by row group and column by column. It knows neither
// selections nor treatments: package rowfile makes a codec of it.
//
// # Reading
//
// [Open] reads the footer. [File.Scan] visits rows; of each row only the columns that somebody asks for are read, and of a column only
// the pages in which such rows stand, where the file says which they are. What a [Sought] cannot match is passed over by the statistics of row
// groups, the page index, Bloom filters and dictionaries. min and max are believed only where the footer says in which order they are (the older
// fields, which do not, are not read).
//
// # Rewriting
//
// [File.Rewrite] writes the file anew with some rows gone, changed or come. Everything else is preserved: schema with field ids and
// logical types, key-value metadata, who created the file, fields of the footer this package has no name for; the row groups, in
// which nothing changes, and of the others the columns and pages in which nothing does, byte for byte; of what is encoded anew the compression, the encoding
// of each page and the page boundaries. Dictionary, statistics, page index, Bloom filter and checksums of a column that is
// written anew say nothing of what has gone. A row group that loses all its rows goes.
//
// What is not kept of a column that is written anew: distinct counts, size and geospatial statistics, min and max of types whose order is not
// defined (INT96, INTERVAL) or not known here; the sorting columns of a row group of which they are no longer known to hold.
//
// # Limits
//
// No number in a file is believed: nothing is allocated for what is claimed and not there. A row group whose columns together hold
// more than the limit given to Open, a page of more than 16 Mi values or 256 MiB, and a footer of more than 16 MiB are refused,
// as are encrypted files, columns in other files, and encodings and compressions this package cannot write.
package parquet
