// Package jobs keeps the books of a call that changes rows of tables: which rows each treatment is about and for whom, how many were
// changed, what was done already, what is in conflict, and in which order tables are locked. It runs no statement and writes no SQL; stores
// of tables that lock rows share it.
package jobs
