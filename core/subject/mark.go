package subject

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
)

// What a mark is for. Marks of different uses never compare, whatever the key.
const (
	TombstoneUse = "dossier/tombstone/v1" // erased persons and rows; a key per calendar year
	RegisterUse  = "dossier/register/v1"  // the register's person_mark: repeats, requests that meet
	DueUse       = "dossier/due/v1"       // whose kept rows a due item is about
	ContactUse   = "dossier/contact/v1"   // do not contact
)

// Mark is a keyed mark of an identifier or a row: HMAC-SHA-256(key, use | kind | normaliser | value). Whoever has the key
// reads it by trying every PESEL, so it is personal data: like a [Secret] it prints as three dots, and leaves by [Mark.Bytes] alone.
type Mark struct{ sum [sha256.Size]byte }

// NewMark marks a normalised value. The message is the four parts in order, each as its length in bytes (32 bits, big
// endian) followed by its bytes, so no two different quadruples give one message. The key must have 32 bytes.
func NewMark(key []byte, use, kind, normaliser, value string) (Mark, error) {
	if len(key) != 32 {
		return Mark{}, errors.New("a mark needs a key of 32 bytes")
	}
	if value == "" {
		return Mark{}, ErrNotAValue
	}
	h := hmac.New(sha256.New, key)
	h.Write(parts(use, kind, normaliser, value))
	var m Mark
	h.Sum(m.sum[:0])
	return m, nil
}

// MarkOf normalises a value of a kind and marks it, with the name of the normaliser it used.
func (k Kind) MarkOf(key []byte, use, value string) (m Mark, normaliser string, err error) {
	v, err := k.Normalise(value)
	if err != nil {
		return Mark{}, "", fmt.Errorf("mark of %s: %w", k.Name, err)
	}
	normaliser = k.Normaliser
	if normaliser == "" {
		normaliser = DefaultNormaliser
	}
	m, err = NewMark(key, use, k.Name, normaliser, v)
	return m, normaliser, err
}

// The kind and version of the marks of root rows.
const (
	RowKind       = "row"
	RowNormaliser = "row/1"
)

// RowMark marks an erased root row by its place and key. The value is system, collection and each part of the key,
// length-prefixed like the mark itself.
func RowMark(key []byte, system, collection string, rowKey ...string) (Mark, error) {
	if len(rowKey) == 0 {
		return Mark{}, ErrNotAValue
	}
	return NewMark(key, TombstoneUse, RowKind, RowNormaliser, string(parts(append([]string{system, collection}, rowKey...)...)))
}

// MarkFromBytes reads a stored mark.
func MarkFromBytes(b []byte) (Mark, error) {
	var m Mark
	if len(b) != len(m.sum) {
		return m, fmt.Errorf("a mark has %d bytes, not %d", len(m.sum), len(b))
	}
	copy(m.sum[:], b)
	return m, nil
}

// Bytes is the mark's 32 bytes, for the ledger alone.
func (m Mark) Bytes() []byte { return append([]byte(nil), m.sum[:]...) }

// Equal compares in constant time.
func (m Mark) Equal(o Mark) bool { return hmac.Equal(m.sum[:], o.sum[:]) }

// String masks.
func (m Mark) String() string { return masked }

// GoString masks.
func (m Mark) GoString() string { return masked }

// LogValue masks.
func (m Mark) LogValue() slog.Value { return slog.StringValue(masked) }

// Format masks, whatever the verb.
func (m Mark) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(masked)) }

// MarshalText masks.
func (m Mark) MarshalText() ([]byte, error) { return []byte(masked), nil }

// MarshalJSON masks.
func (m Mark) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }

func parts(ps ...string) []byte {
	var b []byte
	for _, p := range ps {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return b
}
