package state

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Leaf is one entry of the journal. Core/journal writes them; nothing changes them.
type Leaf struct {
	N       int64
	At      time.Time
	Kind    string
	Request string
	Leaf    []byte
}

func scanLeaf(s scanner) (Leaf, error) {
	var l Leaf
	return l, s.Scan(&l.N, stampInto{&l.At}, &l.Kind, &l.Request, &l.Leaf)
}

// LeafCount is the number of leaves, and so the number of the next.
func (tx *Tx) LeafCount() (int64, error) {
	return get(tx, "journal", scalar[int64], `SELECT coalesce(max(n), -1) + 1 FROM journal_leaf`)
}

// InsertLeaf stores the next leaf. Any number but the next is an error.
func (tx *Tx) InsertLeaf(l Leaf) error {
	next, err := tx.LeafCount()
	if err != nil {
		return err
	}
	if l.N != next {
		return fmt.Errorf("journal: leaf %d is not the next, %d", l.N, next)
	}
	return tx.do("journal", `INSERT INTO journal_leaf (n, at, kind, request, leaf) VALUES (?, ?, ?, ?, ?)`, l.N, stamp(l.At), l.Kind, l.Request, l.Leaf)
}

// Leaf reads one, or [ErrNotFound].
func (tx *Tx) Leaf(n int64) (Leaf, error) {
	return get(tx, fmt.Sprintf("journal leaf %d", n), scanLeaf, `SELECT n, at, kind, request, leaf FROM journal_leaf WHERE n = ?`, n)
}

// Leaves lists from number n on.
func (tx *Tx) Leaves(n int64, limit int) ([]Leaf, error) {
	return all(tx, "journal", scanLeaf, `SELECT n, at, kind, request, leaf FROM journal_leaf WHERE n >= ? ORDER BY n LIMIT ?`, n, limit)
}

// LeavesOf lists a request's leaves, of one kind or of all.
func (tx *Tx) LeavesOf(request, kind string) ([]Leaf, error) {
	return all(tx, "journal", scanLeaf, `SELECT n, at, kind, request, leaf FROM journal_leaf WHERE request = ?1 AND (?2 = '' OR kind = ?2) ORDER BY n`, request, kind)
}

// PutHash stores a hash of the tree under its storage index.
func (tx *Tx) PutHash(n int64, hash []byte) error {
	return tx.do("journal", `INSERT INTO journal_hash (n, hash) VALUES (?, ?)`, n, hash)
}

// Hashes reads the hashes of those storage indexes, in their order; a missing one is [ErrNotFound].
func (tx *Tx) Hashes(indexes []int64) ([][]byte, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	args := make([]any, len(indexes))
	for i, n := range indexes {
		args[i] = n
	}
	type row struct {
		n    int64
		hash []byte
	}
	rows, err := all(tx, "journal", func(s scanner) (r row, err error) { return r, s.Scan(&r.n, &r.hash) },
		`SELECT n, hash FROM journal_hash WHERE n IN (?`+strings.Repeat(", ?", len(args)-1)+`)`, args...)
	if err != nil {
		return nil, err
	}
	found := make(map[int64][]byte, len(rows))
	for _, r := range rows {
		found[r.n] = r.hash
	}
	out := make([][]byte, len(indexes))
	for i, n := range indexes {
		if out[i] = found[n]; out[i] == nil {
			return nil, fmt.Errorf("journal hash %d: %w", n, ErrNotFound)
		}
	}
	return out, nil
}

// HashCount is the number of stored hashes.
func (tx *Tx) HashCount() (int64, error) {
	return get(tx, "journal", scalar[int64], `SELECT count(*) FROM journal_hash`)
}

// PutCheckpoint stores a signed checkpoint of that size; the same size again keeps the first.
func (tx *Tx) PutCheckpoint(size int64, note []byte, now time.Time) error {
	return tx.do("journal", `INSERT INTO journal_checkpoint (size, note, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, size, note, stamp(now))
}

// Checkpoint reads the newest one of at least that size; note is nil where there is none.
func (tx *Tx) Checkpoint(atLeast int64) (size int64, note []byte, err error) {
	_, err = get(tx, "journal", func(s scanner) (bool, error) { return true, s.Scan(&size, &note) },
		`SELECT size, note FROM journal_checkpoint WHERE size >= ? ORDER BY size DESC LIMIT 1`, atLeast)
	if errors.Is(err, ErrNotFound) {
		return 0, nil, nil
	}
	return size, note, err
}

// Checkpoints lists every stored checkpoint, smallest first.
func (tx *Tx) Checkpoints() ([][]byte, error) {
	return all(tx, "journal", scalar[[]byte], `SELECT note FROM journal_checkpoint ORDER BY size`)
}
