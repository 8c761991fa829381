package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/reply"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/tombstone"
)

// SentLetter is what the register keeps in plain of a letter that was sent; its text is sealed beside it.
type SentLetter struct {
	Letter   string    `json:"letter"` // E/1: which letter, and which of the request's
	Language string    `json:"language"`
	SHA256   string    `json:"sha256"`
	SentAt   time.Time `json:"sent_at"`
}

// sentLetter is one with its text.
type sentLetter struct {
	SentLetter
	html []byte // nil: forgotten
}

const letterPrefix = "letter/"

func letterPart(id, name string) keys.Part { return keys.Part{Owner: id, Name: name} }

// keepLetter keeps the answer as it reads at the moment it is noted as sent: its text sealed with the register, its hash in plain, its number
// in the tombstone. Where the person was written something else, the answer is kept all the same: it is what the facts were.
func (e *Engine) keepLetter(tx *state.Tx, o *open, sent, now time.Time) error {
	f, err := e.replyFacts(tx, o.ID, "", now)
	if err != nil {
		return err
	}
	l, err := reply.Compose(f, reply.Answer)
	if errors.Is(err, reply.ErrNotNow) {
		return nil
	}
	if err != nil {
		return err
	}
	var html bytes.Buffer
	if err := l.HTML(&html); err != nil {
		return err
	}
	parts, err := tx.Parts(o.ID)
	if err != nil {
		return err
	}
	n := 1
	for _, p := range parts {
		if strings.HasPrefix(p, letterPrefix) {
			n++
		}
	}
	name := fmt.Sprintf("%s%d", letterPrefix, n)
	sealed, err := o.Key.Seal(letterPart(o.ID, name), html.Bytes())
	if err != nil {
		return err
	}
	kept := SentLetter{Letter: fmt.Sprintf("%s/%d", l.Letter, n), Language: l.Language, SHA256: fmt.Sprintf("%x", sha256.Sum256(html.Bytes())), SentAt: sent}
	if err := errors.Join(tx.PutPart(o.ID, name, sealed, now), tx.PutFact(o.ID, name, kept, now)); err != nil {
		return err
	}
	if o.Content.Right != request.Erasure {
		return nil
	}
	err = e.Ledger().Told(tx, o.ID, kept.Letter)
	if errors.Is(err, state.ErrNotFound) || errors.Is(err, tombstone.ErrState) {
		return nil
	}
	return err
}

// lettersOf reads the letters that were sent in a request.
func (e *Engine) lettersOf(tx *state.Tx, x state.Request) (out []sentLetter, err error) {
	if !x.ShreddedAt.IsZero() || x.DEK == nil {
		return nil, nil
	}
	key, err := e.Ring.Unwrap(x.DEK)
	if errors.Is(err, keys.ErrDestroyed) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s%d", letterPrefix, n)
		var l sentLetter
		ok, err := tx.Fact(x.ID, name, &l.SentLetter)
		if err != nil || !ok {
			return out, err
		}
		sealed, err := tx.Part(x.ID, name)
		if err == nil {
			l.html, err = key.Open(letterPart(x.ID, name), sealed)
		}
		if err != nil && !errors.Is(err, state.ErrNotFound) {
			return out, err
		}
		out = append(out, l)
	}
}

// letterRows are the letters with their text, as documents.
func (r *records) letterRows() (out []archive.Record) {
	for _, x := range r.requests {
		for _, l := range x.letters {
			row := archive.Record{"request": x.ID, "letter": l.Letter, "sent": moment(l.SentAt), "language": l.Language, "sha256": l.SHA256}
			if text := l.html; text != nil {
				row["document"] = archive.Blob{Name: ".html", MediaType: "text/html", Size: int64(len(text)), Open: func(context.Context) (io.ReadCloser, error) {
					return io.NopCloser(bytes.NewReader(text)), nil
				}}
			}
			out = append(out, row)
		}
	}
	return out
}
