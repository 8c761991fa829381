// Package cells reads rows of tables cell by cell: where the value of each field stands among the columns of a query, what is too large for a row
// and is fetched piece by piece, and how rows reach whoever located them. How one cell is written and read is a [Reader]'s matter.
package cells
