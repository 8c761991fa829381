package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
)

// archiveDays is how long an archive can be opened after the day it was made.
const archiveDays = 14

// The names under which the register holds what it knows of an archive, and its key.
const (
	archiveFact = "archive"
	archiveKey  = "archive-key"
)

// Made is what the register keeps of an archive: what is in it, until when it can be opened, and who had it.
type Made struct {
	SHA256      string    `json:"sha256"`
	Bytes       int64     `json:"bytes"`
	Collections int       `json:"collections"`
	Rows        int64     `json:"rows"`
	Files       int       `json:"files"`
	MadeAt      time.Time `json:"made_at,omitzero"`
	Until       string    `json:"until,omitempty"` // the last day it can be opened, 2006-01-02
	Early       bool      `json:"early,omitempty"` // without what people had not answered yet
	Handed      []Handed  `json:"handed_out,omitempty"`
	Ended       string    `json:"ended,omitempty"` // revoked or expired; "" it can be opened
	EndedAt     time.Time `json:"ended_at,omitzero"`
	EndedBy     string    `json:"ended_by,omitempty"`
}

// Handed is one time the archive was unsealed for handing over.
type Handed struct {
	At time.Time `json:"at"`
	By string    `json:"by"`
}

// How an archive ends.
const (
	revoked = "revoked"
	expired = "expired"
)

// ErrArchiveEnded is returned for an archive whose key was destroyed.
var ErrArchiveEnded = errors.New("the archive cannot be opened any more")

// archivePart names the sealed part that holds the key of a request's archive.
func archivePart(id string) keys.Part { return keys.Part{Owner: id, Name: archiveKey} }

// sealedIdentity is an archive's key as it lies in the state: under a data key whose wrapping ends with the archive.
type sealedIdentity struct {
	DEK    []byte `json:"dek"`
	Sealed []byte `json:"sealed"`
}

// archiveEnds is the last day on which an archive made at that instant can be opened.
func (e *Engine) archiveEnds(made time.Time) string {
	return made.In(e.Planner.Graph.Map.Zone).AddDate(0, 0, archiveDays).Format(time.DateOnly)
}

func (e *Engine) sealArchiveKey(id, until, identity string) ([]byte, error) {
	key, wrapped, err := e.Ring.NewArchiveKey(keys.Month(until[:7]))
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	sealed, err := key.Seal(archivePart(id), []byte(identity))
	if err != nil {
		return nil, err
	}
	return json.Marshal(sealedIdentity{wrapped, sealed})
}

func (e *Engine) openArchiveKey(id string, part []byte) (*age.X25519Identity, error) {
	var s sealedIdentity
	if err := json.Unmarshal(part, &s); err != nil {
		return nil, fmt.Errorf("the key of the archive of %s cannot be read", id)
	}
	key, err := e.Ring.Unwrap(s.DEK)
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	text, err := key.Open(archivePart(id), s.Sealed)
	if err != nil {
		return nil, err
	}
	identity, err := age.ParseX25519Identity(string(text))
	if err != nil {
		return nil, fmt.Errorf("the key of the archive of %s cannot be read", id)
	}
	return identity, nil
}

func (e *Engine) archivePath(id string) string { return filepath.Join(e.Archives, id+".zip.age") }

// Archive writes a request's package to w as a plain ZIP, unsealed for handing over. That it was is recorded before the first byte
// leaves. One that was revoked, or whose time is over, is [ErrArchiveEnded]; its key is destroyed then, if nobody was here before.
//
// While people still look at what it will hold there is none; with early, one that was made without them is written ([Engine.WantEarly]).
func (e *Engine) Archive(ctx context.Context, id string, w io.Writer, early bool) (int64, error) {
	made, err := e.archiveOf(ctx, id)
	if err != nil && !errors.Is(err, state.ErrNotFound) {
		return 0, err
	}
	if wait := e.whole(ctx, id, err == nil, made, early); wait != nil {
		return 0, wait
	}
	if err != nil {
		return 0, err
	}
	if made.Ended == "" && e.archiveOver(made) {
		if made, err = e.endArchive(ctx, id, expired, ""); err != nil {
			return 0, err
		}
	}
	if made.Ended != "" {
		return 0, hint(fmt.Errorf("request %s: %w: it was %s on %s", id, ErrArchiveEnded, made.Ended, made.EndedAt.In(e.Planner.Graph.Map.Zone).Format(time.DateOnly)),
			"a further copy is a request of its own (art. 15(3))")
	}
	part, err := read(ctx, e, func(tx *state.Tx) ([]byte, error) { return tx.Part(id, archiveKey) })
	if err != nil {
		return 0, err
	}
	identity, err := e.openArchiveKey(id, part)
	if err != nil {
		return 0, err
	}
	f, err := os.Open(e.archivePath(id))
	if err != nil {
		return 0, fmt.Errorf("the archive of %s is not in its folder any more", id)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	r, err := archive.Open(f, info.Size(), identity)
	if err != nil {
		return 0, err
	}
	if err := e.handOut(ctx, id); err != nil {
		return 0, err
	}
	return io.Copy(w, r)
}

// archiveOf reads what the register knows of a request's archive.
func (e *Engine) archiveOf(ctx context.Context, id string) (Made, error) {
	return read(ctx, e, func(tx *state.Tx) (Made, error) {
		var made Made
		if _, err := tx.Request(id); err != nil {
			return made, err
		}
		ok, err := tx.Fact(id, archiveFact, &made)
		if err == nil && !ok {
			err = hint(fmt.Errorf("request %s has no archive: %w", id, state.ErrNotFound), "dossier request show %s", id)
		}
		return made, err
	})
}

func (e *Engine) archiveOver(m Made) bool {
	return m.Until != "" && m.Until < e.Now().In(e.Planner.Graph.Map.Zone).Format(time.DateOnly)
}

// handOut records that an archive was unsealed; who revoked it meanwhile was first.
func (e *Engine) handOut(ctx context.Context, id string) error {
	now := e.Now()
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		var made Made
		if _, err := tx.Fact(id, archiveFact, &made); err != nil {
			return err
		}
		if made.Ended != "" {
			return fmt.Errorf("request %s: %w", id, ErrArchiveEnded)
		}
		made.Handed = append(made.Handed, Handed{now, e.Operator})
		if err := tx.PutFact(id, archiveFact, made, now); err != nil {
			return err
		}
		return note(tx, "archive.opened", id, map[string]string{"by": journal.Name(e.Operator)}, now)
	})
}

// RevokeArchive destroys the key of a request's archive, and the file: nobody can open it any more, from whatever copy of it. That is
// recorded. Revoking what has ended changes nothing.
func (e *Engine) RevokeArchive(ctx context.Context, id string) (Made, error) {
	if _, err := e.archiveOf(ctx, id); err != nil {
		return Made{}, err
	}
	return e.endArchive(ctx, id, revoked, e.Operator)
}

// ExpireArchives ends the archives whose last day is over, and says how many. Repeating it finishes what a crash left.
func (e *Engine) ExpireArchives(ctx context.Context) (n int, err error) {
	live, err := read(ctx, e, func(tx *state.Tx) ([]string, error) { return tx.PartOwners(archiveKey) })
	if err != nil {
		return 0, err
	}
	for _, id := range live {
		made, err := e.archiveOf(ctx, id)
		if err != nil {
			return n, err
		}
		if !e.archiveOver(made) {
			continue
		}
		if _, err := e.endArchive(ctx, id, expired, ""); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// endArchive takes the file away, then destroys the key, so that a crash in between leaves what the next call finishes.
func (e *Engine) endArchive(ctx context.Context, id, how, by string) (made Made, err error) {
	removed := e.removeArchive(id)
	failpoint("archive/removed")
	now := e.Now()
	err = e.DB.Write(ctx, func(tx *state.Tx) error {
		if _, err := tx.Fact(id, archiveFact, &made); err != nil || made.Ended != "" {
			return err
		}
		if err := tx.DeletePart(id, archiveKey); err != nil {
			return err
		}
		made.Ended, made.EndedAt, made.EndedBy = how, now, by
		if err := tx.PutFact(id, archiveFact, made, now); err != nil {
			return err
		}
		return note(tx, "archive."+how, id, nil, now)
	})
	if err != nil {
		return made, err
	}
	failpoint("archive/ended")
	return made, errors.Join(removed, e.DB.Truncate(ctx))
}

// removeArchive takes the sealed file away; one that is gone is no error.
func (e *Engine) removeArchive(id string) error {
	err := os.Remove(e.archivePath(id))
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("the file of the archive of %s cannot be removed; its key is destroyed all the same", id)
}
