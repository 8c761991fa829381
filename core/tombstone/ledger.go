package tombstone

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// Ledger writes and reads tombstones.
type Ledger struct {
	Map   *datamap.Map
	Ring  *keys.Ring
	Years *keys.Years
	Limit int // questions an hour that [Ledger.Check] answers; 0 is [DefaultLimit]
}

// Root names an erased root row. Key holds its key columns as texts, in the map's order.
type Root struct {
	System, Collection string
	Key                []string
}

// Intent is an erasure about to begin.
type Intent struct {
	Request    string
	Right      string
	Ground     string
	Person     []subject.Identifier // given and verified, or found on the person's own rows (then Verified is set too)
	Roots      []Root
	Purposes   []string
	Systems    []string
	Categories []string                  // as the map names them; see [Categories]
	Kept       bool                      // something stays
	KeptUntil  string                    // the latest date, "" none
	Plain      map[string]subject.Secret // values of the fields the map opts into; others are not taken
}

// ErrState is returned where a tombstone is not in the state an operation needs.
var ErrState = errors.New("the tombstone is in another state")

// Intend writes the tombstone of an erasure before its first destructive call. Repeating it (a resumed request, a supplementary plan) adds the marks of
// roots found since and the scope.
func (l *Ledger) Intend(tx *state.Tx, in Intent, now time.Time) (state.Tombstone, error) {
	marks, err := l.marks(in, now)
	if err != nil {
		return state.Tombstone{}, err
	}
	today := l.date(now)
	t := state.Tombstone{ID: newID(), State: state.TombIntended, Request: in.Request, Right: in.Right, Ground: in.Ground,
		Purposes: sorted(in.Purposes), Systems: sorted(in.Systems), Categories: Categories(l.Map, in.Categories), ErasedOn: today.Format(time.DateOnly), Kept: in.Kept, KeptUntil: in.KeptUntil,
		Basis: l.Map.Tombstone.Basis, Journal: -1, CreatedAt: now, Marks: marks}
	l.endDates(&t, today)
	if err := l.sealPlain(&t, in.Plain); err != nil {
		return t, err
	}
	stored, added, err := tx.AddTombstone(t)
	if err != nil {
		return stored, err
	}
	if !added {
		if stored.State != state.TombIntended {
			return stored, fmt.Errorf("tombstone of request %s is %s already: %w", in.Request, stored.State, ErrState)
		}
		return stored, errors.Join(tx.MarkTombstone(stored.ID, marks), l.extend(tx, &stored, t))
	}
	return stored, l.witness(tx, &stored, now)
}

// extend adds the scope of a supplementary plan to an intended tombstone.
func (l *Ledger) extend(tx *state.Tx, t *state.Tombstone, by state.Tombstone) error {
	t.Purposes, t.Systems = sorted(append(t.Purposes, by.Purposes...)), sorted(append(t.Systems, by.Systems...))
	t.Categories = sorted(append(t.Categories, by.Categories...))
	t.Kept, t.KeptUntil = t.Kept || by.Kept, max(t.KeptUntil, by.KeptUntil)
	return tx.SaveTombstone(*t)
}

// Verify says that the erasure was checked and is done: from now on the tombstone answers. Both end dates count from this day. Repeating it
// changes nothing.
func (l *Ledger) Verify(tx *state.Tx, request string, now time.Time) (state.Tombstone, error) {
	t, err := tx.TombstoneOf(request)
	if err != nil || t.State == state.TombVerified {
		return t, err
	}
	if t.State != state.TombIntended {
		return t, fmt.Errorf("verify the tombstone of request %s, which is %s: %w", request, t.State, ErrState)
	}
	today := l.date(now)
	t.State, t.VerifiedAt, t.ErasedOn = state.TombVerified, now, today.Format(time.DateOnly)
	l.endDates(&t, today)
	if t.DEK != nil {
		month := keys.Month(last(t)[:7])
		if t.DEK, err = l.Ring.Rewrap(t.DEK, month); err != nil {
			return t, err
		}
		t.Month = string(month)
	}
	return t, l.witness(tx, &t, now)
}

// Void says that nothing was erased after all: marks and plain fields go at once. A verified tombstone cannot become void. Repeating it
// changes nothing, nor does it where there is none.
func (l *Ledger) Void(tx *state.Tx, request string, now time.Time) error {
	t, err := tx.TombstoneOf(request)
	if errors.Is(err, state.ErrNotFound) || err == nil && t.State == state.TombVoid {
		return nil
	}
	if err != nil {
		return err
	}
	if t.State != state.TombIntended {
		return fmt.Errorf("void the tombstone of request %s, which is %s: %w", request, t.State, ErrState)
	}
	t.State, t.EndedAt, t.DEK = state.TombVoid, now, nil
	if err := tx.UnmarkTombstone(t.ID); err != nil {
		return err
	}
	return l.witness(tx, &t, now)
}

// Release says that the person came back: the erasure stays proven, and suppresses and erases nothing any more.
func (l *Ledger) Release(tx *state.Tx, request string, now time.Time) error {
	t, err := tx.TombstoneOf(request)
	if err != nil || t.State == state.TombReleased {
		return err
	}
	if t.State != state.TombVerified {
		return fmt.Errorf("release the tombstone of request %s, which is %s: %w", request, t.State, ErrState)
	}
	t.State, t.EndedAt = state.TombReleased, now
	return l.witness(tx, &t, now)
}

// Told notes the letter in which the person was told what is kept.
func (l *Ledger) Told(tx *state.Tx, request, letter string) error {
	t, err := tx.TombstoneOf(request)
	if err != nil {
		return err
	}
	t.ToldIn = letter
	return tx.SaveTombstone(t)
}

// witness journals the state and stores the tombstone with the leaf's number.
func (l *Ledger) witness(tx *state.Tx, t *state.Tombstone, now time.Time) error {
	n, err := journal.Append(tx, "tombstone."+t.State, t.Request, map[string]string{"tombstone": t.ID}, now)
	if err != nil {
		return err
	}
	t.Journal = n
	return tx.SaveTombstone(*t)
}

// date is the day of now in the controller's zone, at midnight.
func (l *Ledger) date(now time.Time) time.Time {
	if l.Map.Zone != nil {
		now = now.In(l.Map.Zone)
	}
	y, m, d := now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, now.Location())
}

// Categories reduces names of categories to what a tombstone may hold: the top level only, and every special category (art. 9) to the one neutral
// word other, so that the scope tells nothing of anybody's health.
func Categories(m *datamap.Map, names []string) []string {
	var out []string
	for _, n := range names {
		top, _, _ := strings.Cut(n, ".")
		for _, name := range []string{n, top} {
			if c := m.Categories[name]; c != nil && c.Special {
				top = "other"
			}
		}
		out = append(out, top)
	}
	return sorted(out)
}

func sorted(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}

// newID is 24 random letters: no digits that could be taken for a number of somebody.
func newID() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails; the runtime ends the process instead
	for i := range b {
		b[i] = 'a' + b[i]%26
	}
	return string(b)
}
