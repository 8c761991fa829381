//go:build unix

package files

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestPlantedVault: where someone has put a link, a file, or an open or another account's folder where held content is to lie, nothing
// is moved and nothing there is touched.
func TestPlantedVault(t *testing.T) {
	for name, plant := range map[string]func(at, elsewhere string) error{
		"link":          func(at, elsewhere string) error { return os.Symlink(elsewhere, at) },
		"dangling link": func(at, elsewhere string) error { return os.Symlink(elsewhere+"-not", at) },
		"file":          func(at, _ string) error { return os.WriteFile(at, nil, 0o600) },
		"open folder":   func(at, _ string) error { return errors.Join(os.Mkdir(at, 0o700), os.Chmod(at, 0o755)) },
		"another's": func(at, elsewhere string) error {
			if os.Geteuid() != 0 { // who is not root cannot give a folder away, and finds one that is another's as a link to it
				return os.Symlink(elsewhere, at)
			}
			return errors.Join(os.Mkdir(at, 0o700), os.Chown(at, 65534, 65534))
		},
	} {
		t.Run(name, func(t *testing.T) {
			root, elsewhere := tree(t, map[string]string{one: "hers", "events/d.jsonl": "{\"id\":1}\n"}), t.TempDir()
			if err := plant(filepath.Join(root, heldFolder), elsewhere); err != nil {
				t.Fatal(err)
			}
			s := open(t, root)
			before := contents(t, root)
			for _, sel := range []connectors.Selection{by(letters, "member_no", "C-1"), by(events, "id", "1")} {
				out, err := apply(t, s, hold(sel, "R-1"))
				if !errors.Is(err, connectors.ErrConflict) || len(out) > 0 && out[0].Changed != 0 {
					t.Errorf("%+v, %v", out, err)
				}
				if err != nil && (strings.Contains(err.Error(), root) || strings.Contains(err.Error(), "C-1")) {
					t.Errorf("the error tells a path: %v", err)
				}
			}
			if d := cmp.Diff(before, contents(t, root)); d != "" {
				t.Error(d)
			}
			if d := contents(t, elsewhere); len(d) > 0 {
				t.Errorf("%v", d)
			}
		})
	}
}

// TestLinkInsideVault: a link put in the place of a held document or of a drawer leads nowhere.
func TestLinkInsideVault(t *testing.T) {
	root := tree(t, map[string]string{one: "hers"})
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, secret, "not yours")
	s := open(t, root)
	sel := by(letters, "member_no", "C-1")
	sel.Fields = []string{connectors.DocumentField}
	must(t, s, 1, hold(sel, "R-1"))
	rows, _ := located(t, s, sel)
	bodies, err := filepath.Glob(filepath.Join(root, heldFolder, "*"+bodyEnd))
	if err != nil || len(bodies) != 1 {
		t.Fatalf("%d bodies, %v", len(bodies), err)
	}
	if err := errors.Join(os.Remove(bodies[0]), os.Symlink(secret, bodies[0])); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenBlob(t.Context(), rows[0][0].(connectors.Blob)); err == nil {
		t.Error("a link was followed")
	}
}

// TestVaultElsewhere: the setting held names another folder, on the same file system and out of reach of addresses.
func TestVaultElsewhere(t *testing.T) {
	root, above := tree(t, map[string]string{one: "hers"}), t.TempDir()
	for _, wrong := range []string{"inside", filepath.Join(root, "letters", "held"), root, filepath.Join(above, "no", "folder"), "/proc/held"} {
		_, err := Connector{}.Open(t.Context(), connectors.Config{"root": root, "held": wrong})
		var d connectors.Diagnostics
		if !errors.As(err, &d) || d[0].Path != "config.held" || strings.Contains(err.Error(), root) {
			t.Errorf("%v", err)
		}
	}
	held := filepath.Join(above, "held")
	opened, err := Connector{}.Open(t.Context(), connectors.Config{"root": root, "held": held})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	s := opened.(*store)
	sel := by(letters, "member_no", "C-1")
	must(t, s, 1, hold(sel, "R-1"))
	if _, err := os.Stat(filepath.Join(root, heldFolder)); err == nil {
		t.Error("the folder in root was made all the same")
	}
	if len(contents(t, held)) != 2 {
		t.Errorf("%d entries", len(contents(t, held)))
	}
	must(t, s, 1, lift(sel, "R-1"))
}

// TestProbeAsOrdinary: the probe tries files with the rights of the account applications use.
func TestProbeAsOrdinary(t *testing.T) {
	account, open := "65534", int64(1)
	if os.Geteuid() != 0 { // who is not root can only be itself
		account = "0"
	}
	root := tree(t, map[string]string{one: "hers", two: "more", "events/d.jsonl": "{\"id\":1}\n{\"id\":2}\n"})
	for p := root; strings.HasPrefix(p, os.TempDir()) && p != os.TempDir(); p = filepath.Dir(p) {
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for p, mode := range map[string]os.FileMode{"letters": 0o755, "letters/C-1": 0o755, one: 0o666, two: 0o600, "events": 0o755, "events/d.jsonl": 0o644} {
		if err := os.Chmod(filepath.Join(root, p), mode); err != nil {
			t.Fatal(err)
		}
	}
	opened, err := Connector{}.Open(t.Context(), connectors.Config{"root": root, "ordinary_user": account})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	s := opened.(*store)
	docs, rows := by(letters, "member_no", "C-1"), by(events, "id", "1")
	probe := func(sel connectors.Selection, r, w int64) {
		t.Helper()
		readable, writable, err := s.Probe(t.Context(), sel)
		if account == "0" {
			if !errors.Is(err, connectors.ErrNotSupported) {
				t.Errorf("%v", err)
			}
			return
		}
		if err != nil || readable != r || writable != w {
			t.Errorf("%s: %d readable, %d writable, %v; want %d and %d", sel.Collection.Name, readable, writable, err, r, w)
		}
	}
	probe(docs, open, open)
	probe(rows, open, 0)
	must(t, s, 3, hold(docs, "R-1"), hold(rows, "R-2"))
	probe(docs, 0, 0)
	probe(rows, 0, 0)
	probe(by(events, "id", "2"), open, 0)
	before := contents(t, root)
	if err := os.Chmod(filepath.Join(root, heldFolder), 0o755); err != nil { // held, and not closed
		t.Fatal(err)
	}
	for name := range before {
		if strings.HasPrefix(name, heldFolder) && strings.HasSuffix(name, bodyEnd) {
			if err := os.Chmod(filepath.Join(root, name), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	probe(docs, 2, 0)
	if d := cmp.Diff(before, contents(t, root)); d != "" {
		t.Error(d)
	}
	if err := os.WriteFile(filepath.Join(root, "mine"), nil, 0o600); err != nil { // the test's own thread is what it was
		t.Error(err)
	}
}
