// Package tombstone keeps what is allowed to stay after an erasure: whose and which request was carried out, in the least form that
// serves its two purposes (Code B.V.7).
//
// There is one tombstone for a person and an erasure. It is written before the first destructive call as intended, becomes
// verified when the erasure is, or void when nothing was erased after all. It holds no plain identifier unless the map opts into one by name and
// with a reason, but marks: HMAC-SHA-256 under a key of the calendar year, of the unique identifiers; of verified shared ones only where
// the person has no unique one; and of the erased root rows where the map allows it. Whoever has the key reads a mark, so the
// keys lie apart from the ledger (core/keys), and no mark enters a log, an error or the journal.
//
// Two purposes, two end dates: re-erasure after a restore, until the longest backup is gone and thirty days more; proof, until
// claims and complaints are barred. When both have passed the tombstone is removed ([Ledger.Expire]), and the year's key with the last
// of its tombstones.
//
// [Ledger.Check] answers whether a value is suppressed, per purpose and with dates, never a bare yes, from verified tombstones and
// do-not-contact entries alone; each question is journalled and counted, for the answer tells that somebody was here. [Replay] says of a row
// of a restored store whether it belongs to an erasure.
package tombstone
