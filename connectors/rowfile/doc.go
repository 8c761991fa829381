// Package rowfile reads and rewrites the rows inside one file: csv, JSON lines, the elements of JSON arrays, Parquet. It knows neither folders nor
// buckets: connectors to both keep their files by it.
//
// A [Codec] streams: it asks of each row what becomes of it and copies the bytes of all that stays, so that a file whose rows are not
// touched comes out as it went in. Of a Parquet file it takes a [Content], and changes row groups. What is taken out of a file to be put back later is [Kept]: the rows as they stood, and a
// [Skeleton] of fingerprints by which a [Layout] finds their places again, whatever happened to the file meanwhile. [Intent] is what a call
// will have made of a row, and [Went] and [Came] the number it has by then.
package rowfile
