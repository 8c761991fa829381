// Package keys is the key ring: what the executor must be able to destroy lives here, outside its database and that
// database's backups.
//
// A request's data key seals everything personal the request holds. It is kept wrapped in the state, under a key of the
// request's retention month, which is kept here. Deleting a wrapped key destroys nothing, for a database keeps what it
// deleted in its log, its free pages and its backups; destroying the month's key ([Ring.Destroy]) makes every copy of
// every data key of that month unreadable, wherever it lies. Due items have months of their own, for they outlive the request.
//
// Two files, both with mode 0600 and neither in the state's folder or below it: the ring, and beside it the tombstones'
// year keys ([Years]), so that who holds the ledger holds no key to it. Both need a backup, apart from the state's; a backup
// of the ring undoes what was destroyed since, so it is to be kept no longer than needed.
//
// Files are replaced whole: written beside, synced, renamed, and the old content overwritten in place. Whatever instant the
// process dies at, the file holds the old content or the new, and the next start overwrites what was left over. (A disk that
// remaps what it writes, or a file system that copies on write, may keep old blocks: use full-disk encryption under it.)
//
// Sealing is XChaCha20-Poly1305 with a random nonce; what a sealed part is and whose is authenticated with it ([Part]),
// so that no part can stand in for another.
package keys
