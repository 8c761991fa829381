// Package sample lays out the cooperative of manifests/cooperative: a register and a ledger in SQLite and
// a folder of documents, filled with invented people. The same [Options] give the same rows and files, byte
// for byte; every date stands relative to [Options.AsOf], so that what has lapsed on that day has lapsed
// whenever the sample is laid out with it.
//
// [Lay] writes it and gives back a [Sample]: where everything lies and the [Persons] worth asking for, each
// there for one difficulty. The crowd around them is ordinary, and awkward in small ways. Nobody in it exists;
// the numbers carry right check digits all the same.
package sample
