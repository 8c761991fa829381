package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/dossier-dsr/dossier/core/state"
)

// Leaf is one entry.
type Leaf struct {
	V       int               `json:"v"`
	N       int64             `json:"n"`
	At      time.Time         `json:"at"`
	Kind    string            `json:"kind"`
	Request string            `json:"request"`
	Fields  map[string]string `json:"fields"`
}

// Append writes the next leaf in tx and returns its number. The request is named by its id alone ("" for what concerns none).
//
// Nothing personal enters: an identifier is a subject.Secret or a subject.Mark, which no map of texts takes; and beyond the
// types, names and values are words of the program only, so that free text, addresses and national numbers do not
// fit: ASCII letters, digits and . _ - : / + = without spaces, no @, no nine digits in a row outside a digest or an instant.
func Append(tx *state.Tx, kind, request string, fields map[string]string, at time.Time) (int64, error) {
	n, err := tx.LeafCount()
	if err != nil {
		return 0, err
	}
	leaf := Leaf{1, n, at.UTC().Truncate(time.Microsecond), kind, request, fields}
	if err := leaf.check(); err != nil {
		return 0, fmt.Errorf("journal %s: %w", kind, err)
	}
	text, err := leaf.text()
	if err != nil {
		return 0, err
	}
	if err := tx.InsertLeaf(state.Leaf{N: n, At: leaf.At, Kind: kind, Request: request, Leaf: text}); err != nil {
		return 0, err
	}
	hashes, err := tlog.StoredHashes(n, text, reader(tx))
	if err != nil {
		return 0, err
	}
	for i, h := range hashes {
		if err := tx.PutHash(tlog.StoredHashIndex(0, n)+int64(i), h[:]); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (l Leaf) text() ([]byte, error) {
	if l.Fields == nil {
		l.Fields = map[string]string{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(l); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

var (
	word      = regexp.MustCompile(`^[a-z][a-z0-9_.]{0,63}$`)
	requestID = regexp.MustCompile(`^[A-Za-z0-9._-]{0,64}$`)
	token     = regexp.MustCompile(`^[A-Za-z0-9._:/+=-]{0,200}$`)
	digest    = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{16})$`) // hashes and random ids
	nine      = regexp.MustCompile(`[0-9]{9}`)
	eleven    = regexp.MustCompile(`[0-9]{11}`)
)

// Name is how the journal names whoever did something: by the name itself where it is a word that Append takes, else by the name's
// SHA-256, which who knows the name can compare.
func Name(name string) string {
	if token.MatchString(name) && !nine.MatchString(name) {
		return name
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(name)))
}

func (l Leaf) check() error {
	if !word.MatchString(l.Kind) {
		return errors.New("its kind is no word")
	}
	if !requestID.MatchString(l.Request) || eleven.MatchString(l.Request) {
		return errors.New("it names a request by something that is no id of one")
	}
	if y := l.At.Year(); y < 2000 || y > 9999 {
		return errors.New("it has no time")
	}
	for name, v := range l.Fields {
		if !word.MatchString(name) {
			return errors.New("a field's name is no word")
		}
		if !token.MatchString(v) {
			return fmt.Errorf("field %s is no word of the program; the journal takes no free text", name)
		}
		if _, err := time.Parse(time.RFC3339Nano, v); err == nil || digest.MatchString(v) {
			continue
		}
		if nine.MatchString(v) {
			return fmt.Errorf("field %s holds a long number; the journal takes no identifiers", name)
		}
	}
	return nil
}

// read is a stored leaf as it was written; anything else than what Append writes is an error.
func read(s state.Leaf) (Leaf, error) {
	var l Leaf
	if err := json.Unmarshal(s.Leaf, &l); err != nil {
		return l, fmt.Errorf("journal leaf %d is damaged", s.N)
	}
	text, err := l.text()
	if err != nil || !bytes.Equal(text, s.Leaf) {
		return l, fmt.Errorf("journal leaf %d is not in the journal's form", s.N)
	}
	if l.V != 1 || l.N != s.N || !l.At.Equal(s.At) || l.Kind != s.Kind || l.Request != s.Request {
		return l, fmt.Errorf("journal leaf %d does not say what its row says", s.N)
	}
	return l, nil
}

// Leaves lists a request's leaves, of one kind or of all ("").
func Leaves(tx *state.Tx, request, kind string) ([]Leaf, error) {
	rows, err := tx.LeavesOf(request, kind)
	if err != nil {
		return nil, err
	}
	out := make([]Leaf, len(rows))
	for i, r := range rows {
		if out[i], err = read(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func reader(tx *state.Tx) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		rows, err := tx.Hashes(indexes)
		if err != nil {
			return nil, err
		}
		out := make([]tlog.Hash, len(rows))
		for i, h := range rows {
			if len(h) != tlog.HashSize {
				return nil, fmt.Errorf("journal hash %d is damaged", indexes[i])
			}
			copy(out[i][:], h)
		}
		return out, nil
	})
}
