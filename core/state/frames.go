package state

import "fmt"

// FrameSize is the most bytes a sealed frame may have; more keys make more frames.
const FrameSize = 64 << 10

// Frame is a piece of the link keys captured for one edge, sealed.
type Frame struct {
	Edge   string
	Seq    int
	Sealed []byte
}

// PutFrame stores a captured frame of a request, or, for a step of several, of its batch, under the step's fence. It replaces an earlier
// one of the same place: a retry captures anew.
func (tx *Tx) PutFrame(s Step, owner string, f Frame) error {
	if len(f.Sealed) > FrameSize {
		return fmt.Errorf("frame %d of %s has %d bytes, over %d; split it", f.Seq, f.Edge, len(f.Sealed), FrameSize)
	}
	if err := tx.HoldStep(s); err != nil {
		return err
	}
	of := "request"
	table := "key_frame"
	if s.Shared() {
		of, table = "batch", "batch_frame"
	}
	return tx.do("store captured keys of "+owner, `INSERT INTO `+table+` (`+of+`, system, edge, seq, sealed) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (`+of+`, system, edge, seq) DO UPDATE SET sealed = excluded.sealed`, owner, s.System, f.Edge, f.Seq, f.Sealed)
}

func scanFrame(s scanner) (f Frame, err error) { return f, s.Scan(&f.Edge, &f.Seq, &f.Sealed) }

// Frames lists what was captured in a system, in order; an empty edge means all.
func (tx *Tx) Frames(request, system, edge string) ([]Frame, error) {
	return all(tx, "captured keys of "+request, scanFrame,
		`SELECT edge, seq, sealed FROM key_frame WHERE request = ?1 AND system = ?2 AND (?3 = '' OR edge = ?3) ORDER BY edge, seq`, request, system, edge)
}

// DeleteFrames forgets the captured keys of a request; after settling nothing needs them. Use [DB.Truncate] after the transaction.
func (tx *Tx) DeleteFrames(request string) error {
	return tx.do("forget captured keys of "+request, `DELETE FROM key_frame WHERE request = ?`, request)
}
