// Package prepared opens SQL databases whose connections keep the statements they have prepared.
//
// What this program says to a database repeats itself: the same texts for every person, with other values bound. Preparing a statement costs
// more than running it for one person. database/sql keeps a statement only where the caller holds it, for one connection or
// transaction; here each connection keeps them by their text, and nothing else changes for the caller.
package prepared
