// Package journal is the executor's tamper-evident record: an append-only Merkle tree (RFC 6962, as in golang.org/x/mod/sumdb/tlog) whose
// leaves say what was done to which request, and never about whom.
//
// [Append] writes a leaf in the transaction it witnesses, so that neither is there without the other; the state's one writer is the
// sequencer. [Checkpoint] signs the tree's size and root as a note (golang.org/x/mod/sumdb/note, Ed25519): whoever was given one
// can tell later whether anything before it was changed or is missing. [Verify] checks the whole journal against its checkpoints.
//
// A finished request yields a receipt ([Issue]): its facts, the leaf that binds them, the proof that the leaf is in the tree,
// the signed checkpoint. [VerifyReceipt] needs nothing but the receipt and the verifier key.
//
// # Formats
//
// A leaf is one line of JSON: {"v":1,"n":number,"at":RFC 3339 in UTC,"kind":…,"request":…,"fields":{…}}, members in this order, fields sorted.
//
// A checkpoint's text has three lines: the journal's name, the number of leaves, the root in base64.
package journal
