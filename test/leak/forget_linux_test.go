package leak

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/test/product"
)

// TestForgotten: when the records have ended, no sealed byte of theirs is left in file or log, their months' keys are in no file, and
// what backups of the state still hold opens with no ring there is.
func TestForgotten(t *testing.T) {
	t.Parallel()
	e, _ := newEar(t)
	ctx := context.Background()
	r := e.run(t, fine, "anna", "", "--json", "run", e.Requests["access"])
	var st struct{ ID string }
	if err := json.Unmarshal([]byte(r.Stdout), &st); err != nil {
		t.Fatal(err)
	}
	e.Answer(t, st.ID, scan(t))
	p := e.planned(t, e.Requests["erasure"])
	backups := []*product.House{e.Copy(t)}
	e.run(t, fine, "jan", "", "apply", p.Request, "--approve", p.Digest)
	backups = append(backups, e.Copy(t)) // with the captured keys
	e.Told(t, p.Request)
	e.Answer(t, p.Request, scan(t))
	e.Later(25 * time.Hour)
	e.run(t, fine, "anna", "", "request", "resume", p.Request)
	backups = append(backups, e.Copy(t))
	if st := e.Standing(t, p.Request); st.State != "done" {
		t.Fatalf("%s %s", st.State, st.Why)
	}
	var sealed [][]byte
	for _, b := range backups { // as long as nothing is forgotten, a backup opens with the ring
		n := opens(t, b, e.House)
		if n == 0 {
			t.Fatal("the backup holds nothing that opens; nothing is tested")
		}
		sealed = append(sealed, sealedIn(t, b)...)
	}
	had := monthKeys(t, e.House)

	e.Now = time.Date(2033, time.June, 15, 12, 0, 0, 0, e.Now.Location())
	got := forget(ctx, t, e.House)
	if got.Requests != 2 || len(got.Months) == 0 {
		t.Fatalf("%+v", got)
	}
	for i, b := range append(backups, e.House) {
		if n := opens(t, b, e.House); n > 0 {
			t.Errorf("backup %d: %d requests open still", i, n)
		}
	}
	left := heap{}
	left.keep(t, e.Root)
	has := monthKeys(t, e.House)
	for id, key := range had {
		if has[id] != nil {
			continue
		}
		for where, b := range left {
			for _, form := range [][]byte{key, []byte(hex.EncodeToString(key)), []byte(base64.StdEncoding.EncodeToString(key))} {
				if bytes.Contains(b, form) {
					t.Errorf("a destroyed key stands in %s", where)
				}
			}
		}
	}
	if len(has) >= len(had) {
		t.Errorf("%d month keys before, %d now", len(had), len(has))
	}
	for where, b := range left {
		for _, s := range sealed {
			if bytes.Contains(b, s[:min(len(s), 64)]) {
				t.Errorf("a sealed part stands in %s still", where)
				break
			}
		}
	}
	if files, _ := filepath.Glob(filepath.Join(e.Archives(), "*")); len(files) > 0 {
		t.Errorf("archives are left: %v", files)
	}
}

// forget ends what has lapsed in a house.
func forget(ctx context.Context, t *testing.T, h *product.House) engine.Forgotten {
	t.Helper()
	m, problems := datamap.Load(h.Map)
	if m == nil {
		t.Fatal(problems)
	}
	db, err := state.Open(ctx, h.State())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ring, err := keys.Open(h.Ring(), h.State())
	if err != nil {
		t.Fatal(err)
	}
	years, err := keys.OpenYears(keys.YearsPath(h.Ring()), h.State())
	if err != nil {
		t.Fatal(err)
	}
	got, err := engine.Open(engine.Engine{DB: db, Ring: ring, Years: years, Archives: h.Archives(), Now: func() time.Time { return h.Now },
		Planner: &planner.Planner{Graph: graph.New(m)}}).Forget(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// opens counts the requests of a state whose content opens with a house's ring as it is now.
func opens(t *testing.T, from, with *product.House) (n int) {
	t.Helper()
	ring, err := keys.Open(with.Ring(), with.State())
	if err != nil {
		t.Fatal(err)
	}
	from.Write(t, func(tx *state.Tx) error {
		list, err := tx.Requests(state.RequestFilter{})
		for _, r := range list {
			x, err := tx.Request(r.ID)
			if err != nil || len(x.DEK) == 0 {
				continue
			}
			key, err := ring.Unwrap(x.DEK)
			if err != nil {
				if !errors.Is(err, keys.ErrDestroyed) {
					t.Errorf("%s: %v", r.ID, err)
				}
				continue
			}
			if _, err := key.Open(keys.Part{Owner: r.ID, Name: "body"}, x.Body); err == nil {
				n++
			}
		}
		return err
	})
	return n
}

// sealedIn is every sealed part of requests that a state holds.
func sealedIn(t *testing.T, h *product.House) (out [][]byte) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: h.State()}).EscapedPath())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.Query("SELECT body_sealed FROM request UNION ALL SELECT salt_sealed FROM request UNION ALL SELECT dek FROM request UNION ALL SELECT sealed FROM request_part UNION ALL SELECT sealed FROM key_frame")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			t.Fatal(err)
		}
		if len(b) > 40 {
			out = append(out, b)
		}
	}
	if err := rows.Err(); err != nil || len(out) < 3 {
		t.Fatal(len(out), err)
	}
	return out
}

// monthKeys are the keys of requests' months in a house's ring, by id.
func monthKeys(t *testing.T, h *product.House) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile(h.Ring())
	if err != nil {
		t.Fatal(err)
	}
	var ring struct {
		Months map[string]map[string]struct {
			ID  string `json:"id"`
			Key []byte `json:"key"`
		} `json:"months"`
	}
	if err := json.Unmarshal(text, &ring); err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, k := range ring.Months["request"] {
		out[k.ID] = k.Key
	}
	return out
}
