// Package archive makes the package the subject receives (arts. 15(3) and 20(1) GDPR): one ZIP, written
// as a stream, with the data in a form programs read and a page people read.
//
//	dossier.json        index of the collections; those of up to 1,000 rows lie in it whole
//	data/NAME.csv       a collection as RFC 4180 CSV, UTF-8 without a mark, CRLF, one header row
//	data/NAME.json      the same rows as JSON, by the same field names
//	files/…             documents, pictures, and bytes too large for a cell
//	article15.json      the information of art. 15(1), (2) as JSON-LD with W3C DPV terms (access only)
//	article15.context.jsonld  its context, so that nothing is ever fetched
//	datapackage.json    Frictionless Data Package 2.0: every table's fields, types, size and hash
//	index.html          the same for people, in their language; needs no network and no script
//	SHA256SUMS          the hash of every other file, as sha256sum -c reads it
//
// Nothing in the package names a host, a table, a path, a product or a security measure: a collection's
// file is named after its label, and the caller gives labels only.
//
// # Using it
//
//	b, err := archive.New(w, archive.Config{Spool: dir}, info) // w: usually archive.Seal's writer
//	t, err := b.Table(archive.TableInfo{System: "Members' register", Label: "Members", Fields: fields})
//	err = t.Rows(ctx, batch) // … as the rows arrive
//	err = t.Close()
//	told := archive.Article15From(m, p, r, archive.Findings{Tally: b.Tally(), …})
//	result, err := b.Close(told)
//
// Tables may be open side by side. Memory does not grow with the number of rows: what does not fit a
// small buffer lies in the spool folder, sealed with a key that exists in this process only.
//
// # Values
//
// A cell holds one of: nil, bool, int64, float64, string, []byte, time.Time, [Decimal], [JSON], [Blob],
// [Withheld]. In the CSV
//
//   - NULL is \N and a value left out on purpose is \W (both declared as missingValues), so that the empty
//     text stays the empty text;
//   - bytes that were meant as text but are not UTF-8 are \x: and their base64;
//   - a text that would itself read as one of these three gets one more backslash in front: \N is
//     written \\N, \\N is written \\\N. To read: a cell of two or more backslashes and then N, W alone,
//     or x: at the head of anything, loses its first backslash. No other cell is changed, not even one a spreadsheet might take
//     for a formula: the page warns of those instead;
//   - instants are RFC 3339 in UTC, dates 2006-01-02, booleans true and false, exact numbers keep their
//     digits, NaN and the infinities are NaN, INF, -INF.
//
// The JSON twin says null for NULL, leaves out the key of a value left out, and writes as text what a JSON
// number would round: whole numbers beyond ±(2^53-1), decimals of more than 15 digits, NaN and the infinities.
// The \x: form and its escape are those of the CSV. Types in datapackage.json are those the values had: a
// field declared a date whose column also held other text is typed any, not wrongly date.
package archive
