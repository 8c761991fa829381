package tombstone

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// DefaultLimit of questions an hour.
const DefaultLimit = 100

// ErrTooMany is returned where the hour's questions are used up.
var ErrTooMany = errors.New("too many questions in this hour")

// The uses an answer may serve.
const (
	UseReerase   = "reerase"    // what comes back from a backup or an old list is erased again
	UseProof     = "proof"      // it can be shown that the request was carried out
	UseNoContact = "no_contact" // direct marketing was objected to
)

// Suppression is one answer: for which purpose, for what use, since and until when.
type Suppression struct {
	Purpose string `json:"purpose"` // of the map; "*" every purpose the erasure was about
	Use     string `json:"use"`
	Since   string `json:"since"`           // date
	Until   string `json:"until,omitempty"` // the last day; none: as long as the controller markets
	Request string `json:"request"`
}

// Check says for which purposes a value is suppressed. It answers from verified tombstones whose use has not ended, and from do-not-contact
// entries. A person who returns is a new subject and not suppressed by an erasure: that is what [Ledger.Release] records. Each question, whatever
// its answer, is journalled without the value and counted against the hour's limit. It needs a writing transaction.
func (l *Ledger) Check(tx *state.Tx, kind string, value subject.Secret, now time.Time) ([]Suppression, error) {
	k := l.Map.Identifiers[kind]
	if k == nil {
		return nil, fmt.Errorf("no kind of identifier %s in the data map", kind)
	}
	if err := l.count(tx, now); err != nil {
		return nil, err
	}
	out, err := l.suppressions(tx, k.Kind, value, l.date(now).Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	_, err = journal.Append(tx, "suppression.checked", "", map[string]string{"kind": kind, "answers": strconv.Itoa(len(out))}, now)
	return out, err
}

func (l *Ledger) suppressions(tx *state.Tx, k subject.Kind, value subject.Secret, today string) ([]Suppression, error) {
	sums, err := l.sums(tx, k, value)
	if err != nil {
		return nil, err
	}
	tombs, err := tx.TombstonesByMark(k.Name, sums)
	if err != nil {
		return nil, err
	}
	out := []Suppression{}
	for _, t := range tombs {
		if t.State != state.TombVerified {
			continue
		}
		purposes := t.Purposes
		if len(purposes) == 0 {
			purposes = []string{"*"}
		}
		for _, p := range purposes {
			if t.ReeraseUntil >= today {
				out = append(out, Suppression{p, UseReerase, t.ErasedOn, t.ReeraseUntil, t.Request})
			}
			if t.ProofUntil >= today {
				out = append(out, Suppression{p, UseProof, t.ErasedOn, t.ProofUntil, t.Request})
			}
		}
	}
	contact := l.Ring.ContactKey()
	m, _, err := k.MarkOf(contact.Bytes(), subject.ContactUse, value.Reveal())
	if errors.Is(err, subject.ErrNotAValue) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := tx.NoContacts(k.Name, [][]byte{m.Bytes()})
	for _, e := range entries {
		out = append(out, Suppression{e.Purpose, UseNoContact, l.date(e.Since).Format(time.DateOnly), "", e.Request})
	}
	return out, err
}

// sums are the marks a value would have in each way the ledger took marks of its kind. What names nobody has none.
func (l *Ledger) sums(tx *state.Tx, k subject.Kind, value subject.Secret) ([][]byte, error) {
	forms, err := tx.TombstoneMarkForms(k.Name)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, f := range forms {
		key, err := l.Years.Get(f.KeyID)
		if errors.Is(err, keys.ErrDestroyed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		k.Normaliser = f.Normaliser
		m, _, err := k.MarkOf(key.Bytes(), subject.TombstoneUse, value.Reveal())
		if errors.Is(err, subject.ErrNotAValue) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m.Bytes())
	}
	return out, nil
}

const countSetting = "suppression.questions" // "2026-11-07T11 37": the hour, the questions in it

func (l *Ledger) count(tx *state.Tx, now time.Time) error {
	limit := l.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	stored, err := tx.Setting(countSetting)
	if err != nil {
		return err
	}
	hour := now.UTC().Format("2006-01-02T15")
	n := 0
	if h, count, _ := strings.Cut(stored, " "); h == hour {
		if n, err = strconv.Atoi(count); err != nil {
			return fmt.Errorf("setting %s is damaged", countSetting)
		}
	}
	if n >= limit {
		wait := now.UTC().Truncate(time.Hour).Add(time.Hour).Sub(now).Round(time.Minute)
		return fmt.Errorf("%w: %d of %d; the next are answered in %s", ErrTooMany, n, limit, wait)
	}
	return tx.PutSetting(countSetting, hour+" "+strconv.Itoa(n+1))
}

// DoNotContact writes the entry an objection to direct marketing leaves (art. 21(3)): the purpose and a mark of each contact point, without end
// date while the controller markets. Repeating it keeps the first day.
func (l *Ledger) DoNotContact(tx *state.Tx, purpose string, contacts []subject.Identifier, request string, now time.Time) error {
	key := l.Ring.ContactKey()
	for _, c := range contacts {
		k := l.Map.Identifiers[c.Kind]
		if k == nil {
			continue
		}
		m, normaliser, err := k.MarkOf(key.Bytes(), subject.ContactUse, c.Value.Reveal())
		if errors.Is(err, subject.ErrNotAValue) {
			continue
		}
		if err != nil {
			return err
		}
		mark := state.Mark{Kind: c.Kind, Normaliser: normaliser, KeyID: key.ID, Sum: m.Bytes()}
		if err := tx.AddNoContact(state.NoContact{Purpose: purpose, Mark: mark, Since: now, Request: request}); err != nil {
			return err
		}
	}
	_, err := journal.Append(tx, "contact.stopped", request, map[string]string{"purpose": purpose}, now)
	return err
}
