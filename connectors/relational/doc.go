// Package relational writes selections as SQL: paths as joins, repetition as WITH RECURSIVE, many persons as
// one parameter, conditions in two-valued logic. It is what stores of tables have in common and
// nothing more: it opens nothing, runs nothing, and leaves to a [Dialect] what each store writes its own way.
//
// How a selection becomes one statement:
//
//	WITH
//	p1  the tuples of a match, from one parameter: person, v1, v2 …
//	r1  the rows of the first collection that fit them: person and what names the row
//	r2  the rows the first hop leads to, and so on; a hop that repeats is recursive
//	found  the rows of the collection itself, where one might be reached twice for one person
//	SELECT person, …  the values wanted, once for each row and person
//
// Where a server works a common table out anew in every place that reads it, each is read in one, see [Dialect.Beside].
//
// Every comparison stands with the column stepped to on the left and a bare value (see [Dialect.Bare]) on the
// right, so that its column's type and collation decide, exactly as if the value had been sent as a key: a path
// pushed down and a path followed hop by hop find the same rows.
package relational
