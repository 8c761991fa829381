package rowfile

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"strings"
)

// Skeleton is a file of rows as it would be if nothing of it were held: its pieces in order, each a fingerprint of 32 bits
// under a salt. By it a row finds its place among those of its neighbours that are still there. It is kept until nothing of the
// file is held any more; so few bits tell neighbours apart, and prove nothing about one that has been erased since.
type Skeleton struct {
	Salt   []byte
	Prints []byte   // four bytes a piece
	Kinds  []byte   // a byte a piece
	Seps   []string `json:",omitempty"` // json: what stands before pieces, each once
	SepOf  []byte   `json:",omitempty"` // json: which of them, a uvarint a piece

	tokens []token
}

// token is one piece of a skeleton.
type token struct {
	print uint32
	kind  kind
	sep   string
}

// kind says what a piece is.
type kind byte

const (
	rowPiece kind = iota
	fixedPiece
	startPiece // the mark some files begin with
	opening    // of an array of rows, with all that stands before it
	closing
)

// piece is a piece of a file, by where it stands there.
type piece struct {
	kind
	from int64  // where what stands before it begins
	body int64  // where it begins itself
	To   int64  // where it ends
	sep  []byte // what stands before it, in an array; of a closing bracket, the space before
	seen []byte // what its fingerprint is made of
}

func newSkeleton() *Skeleton {
	s := &Skeleton{Salt: make([]byte, 8)}
	_, _ = rand.Read(s.Salt)
	return s
}

func (s *Skeleton) token(p piece) token {
	h := fnv.New64a()
	_, _ = h.Write(s.Salt)
	_, _ = h.Write([]byte{byte(p.kind)})
	_, _ = h.Write(p.seen)
	n := h.Sum64()
	return token{print: uint32(n ^ n>>32), kind: p.kind, sep: string(p.sep)}
}

// Pack makes it ready to be written as JSON.
func (s *Skeleton) Pack() {
	s.Prints, s.Kinds, s.Seps, s.SepOf = nil, nil, nil, nil
	at := map[string]int{}
	for _, t := range s.tokens {
		s.Prints = binary.BigEndian.AppendUint32(s.Prints, t.print)
		s.Kinds = append(s.Kinds, byte(t.kind))
		i, known := at[t.sep]
		if !known {
			i = len(s.Seps)
			at[t.sep] = i
			s.Seps = append(s.Seps, t.sep)
		}
		s.SepOf = binary.AppendUvarint(s.SepOf, uint64(i))
	}
	if len(s.Seps) == 1 && s.Seps[0] == "" { // lines
		s.Seps, s.SepOf = nil, nil
	}
}

var errBones = errors.New("a skeleton is damaged")

// Unpack is for one that was read.
func (s *Skeleton) Unpack() error {
	n := len(s.Prints) / 4
	if len(s.Kinds) != n {
		return errBones
	}
	s.tokens = make([]token, n)
	rest := s.SepOf
	for i := range s.tokens {
		t := &s.tokens[i]
		t.print = binary.BigEndian.Uint32(s.Prints[4*i:])
		t.kind = kind(s.Kinds[i])
		if len(s.Seps) == 0 {
			continue
		}
		sep, used := binary.Uvarint(rest)
		if used <= 0 || sep >= uint64(len(s.Seps)) {
			return errBones
		}
		rest = rest[used:]
		t.sep = s.Seps[sep]
	}
	return nil
}

// comma says whether sep stands between two rows.
func comma(sep string) bool { return strings.Contains(sep, ",") }
