// Package state is the executor's own database: requests, plans, steps, captured keys, tombstones, tasks, the art. 19
// list and the journal's leaves. It is the truth about what was done; the job queue beside it only wakes.
//
// The database is one SQLite file: write-ahead log, synchronous=FULL, secure_delete=ON, one writer. [Create] makes it,
// [Open] never does. Everything is read and written through a [Tx]: [DB.Write] is one immediate transaction, [DB.Read]
// one snapshot. Methods that a retry could repeat are idempotent and say so.
//
// A step is worked under a lease with a fence. [Tx.ClaimStep] increments the fence; every later write of that worker names
// it and gets [ErrFenced] once another worker has claimed the step, in the same transaction as what it wanted to write.
//
// Personal data enters only sealed, by keys this package never sees. [DB.Shred] forgets a request's wrapped key and sealed
// parts and truncates the log; what makes that final is the destruction of the month's key in core/keys.
//
// Times are instants, stored in UTC to the microsecond; dates are texts, 2006-01-02.
package state
