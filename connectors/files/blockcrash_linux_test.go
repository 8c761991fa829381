package files

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// restricted is what the scripts are about.
var restricted = []connectors.Selection{by(imports, "no", "2", "3"), by(petitions, "email", "a"), by(letters, "member_no", "C-1")}

func each(f func(connectors.Selection, string) connectors.Treatment) (out []connectors.Treatment) {
	for i, sel := range restricted {
		t := f(sel, "R-1")
		t.ID = fmt.Sprint(i)
		out = append(out, t)
	}
	return out
}

// scripts are what the process does that is killed.
var scripts = map[string][]connectors.Treatment{
	"block":   each(hold),
	"release": each(lift),
	"mark":    each(func(sel connectors.Selection, _ string) connectors.Treatment { return hold(sel, "R-2") }),
	"delete":  each(func(sel connectors.Selection, _ string) connectors.Treatment { return remove(sel) }),
	"set": {{ID: "s", Verb: connectors.Set, On: by(letters, "letter_no", "17"), AtMost: 1, Assign: []connectors.Assign{{Field: "member_no", To: "C-9"}}},
		{ID: "t", Verb: connectors.Set, On: by(imports, "no", "3"), AtMost: 1, Assign: []connectors.Assign{{Field: "p", To: "x"}}}},
	"overwritten": {hold(by(petitions, "email", "a"), "R-1")},
}

func crashTree(t *testing.T) string {
	return tree(t, map[string]string{"imports/m.csv": "no;p\n1;a\n2;b\n3;c\n4;d\n", "petitions/P.json": `{"signatories":[{"email":"a"}, {"email":"b"}]}`, one: "hers", "letters/C-2/2024-01-01-2.pdf": "his"})
}

// killed runs a script in a process of its own, which dies at a step.
func killed(t *testing.T, root, script, step string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "FILES_TEST_ROOT="+root, "FILES_TEST_STEP="+step, "FILES_TEST_SCRIPT="+script)
	err := child.Run()
	if dead := child.ProcessState.ExitCode() == -1; dead != (step != "never") || !dead && err != nil {
		t.Fatalf("%s: the process was not killed at %s: %v", script, step, err)
	}
}

// TestRestrictionCrash kills the process at each step of a restriction, a release, and a change of what is held. Whoever looks then,
// before anything is put in order and after, finds each row once: in its file or held. The same call again ends where an
// undisturbed one does.
func TestRestrictionCrash(t *testing.T) {
	rows := []string{"begun", "filled", "synced", "saved", "linked", "renamed", "removed", "confirmed"}
	for script, x := range map[string]struct {
		first []string // what was done before
		steps []string
		total int64 // rows there before and, unless they are erased, after
	}{
		"block":   {nil, append([]string{"noted", "moved", "shut"}, rows...), 8},
		"release": {[]string{"block"}, append([]string{"opened", "returned", "cleared"}, rows...), 8},
		"mark":    {[]string{"block"}, []string{"kept"}, 8},
		"set":     {[]string{"block"}, []string{"reshelving", "reshelved", "kept"}, 8},
		"delete":  {[]string{"block"}, []string{"dropped", "kept"}, 0},
	} {
		undisturbed := crashTree(t)
		for _, s := range append(x.first, script) {
			killed(t, undisturbed, s, "never")
		}
		want := outside(t, undisturbed)
		for _, step := range x.steps {
			t.Run(script+"/"+step, func(t *testing.T) {
				root := crashTree(t)
				for _, s := range x.first {
					killed(t, root, s, "never")
				}
				killed(t, root, script, step)
				eachOnce(t, &store{tree: mustTree(t, root), root: root, vault: &vault{tree: mustTree(t, root), inside: true, above: root, name: heldFolder}}, script)
				s := open(t, root)
				eachOnce(t, s, script)
				for name := range outside(t, root) {
					if strings.Contains(name, objects.OwnPrefix) {
						t.Errorf("left behind: %s", filepath.Base(name))
					}
				}
				if _, err := apply(t, s, scripts[script]...); err != nil {
					t.Fatal(err)
				}
				eachOnce(t, s, script)
				if d := cmp.Diff(want, outside(t, root)); d != "" {
					t.Error(d)
				}
				for name := range contents(t, root) {
					if strings.HasPrefix(name, heldFolder+"/") && script == "release" && name != heldFolder+"/" {
						t.Errorf("left in the held folder: something that ends in %s", filepath.Ext(name))
					}
				}
			})
		}
	}
}

func mustTree(t *testing.T, root string) *folder {
	t.Helper()
	d, err := openTree(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// eachOnce checks that each row is located once, and, unless rows are being erased, that each is there; and that none is in its file
// and held.
func eachOnce(t *testing.T, s *store, script string) {
	t.Helper()
	for _, c := range []struct {
		connectors.Collection
		field string
		want  []string
	}{{imports, "no", []string{"1", "2", "3", "4"}}, {petitions, "email", []string{"a", "b"}}, {letters, "letter_no", []string{"17", "2"}}} {
		all := connectors.Selection{Collection: c.Collection, All: true, Fields: []string{c.field}}
		rows, _ := located(t, s, all)
		n := map[string]int{}
		for _, r := range rows {
			n[fmt.Sprint(r[0])]++
		}
		for _, id := range c.want {
			if n[id] > 1 || n[id] == 0 && script != "delete" {
				t.Errorf("%s: row %s is located %d times", c.Name, id, n[id])
			}
		}
		if len(n) > len(c.want) {
			t.Errorf("%s: %d rows", c.Name, len(n))
		}
	}
}

// overwrite writes a file anew, as an application that found it before it was exchanged.
func overwrite(root string) {
	old, err := filepath.Glob(filepath.Join(root, "petitions", objects.OwnPrefix+"*.old"))
	if err != nil || len(old) != 1 {
		os.Exit(5)
	}
	started := make(chan struct{})
	go func() {
		close(started)
		_ = os.WriteFile(old[0], []byte(overwritten), 0)
	}()
	<-started
	for !breaking(old[0]) {
		continue
	}
}

const overwritten = `{"signatories":[{"email":"a"}, {"email":"b"}, {"email":"c"}]}`

func breaking(name string) bool {
	info, err := os.Stat(name)
	if err != nil {
		return false
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		os.Exit(6)
	}
	for line := range strings.Lines(string(locks)) {
		if strings.Contains(line, "LEASE") && strings.Contains(line, "BREAKING") && strings.Contains(line, fmt.Sprintf(":%d ", info.Sys().(*syscall.Stat_t).Ino)) {
			return true
		}
	}
	return false
}

// TestOverwrittenWhileBlocked: an application writes the file anew in the instant its rows leave it. What it wrote is the file, and
// nothing is held; wherever the process dies meanwhile.
func TestOverwrittenWhileBlocked(t *testing.T) {
	for _, step := range []string{"backed", "parted"} {
		t.Run(step, func(t *testing.T) {
			root := crashTree(t)
			killed(t, root, "overwritten", step)
			s := open(t, root)
			sel := connectors.Selection{Collection: petitions, All: true, Fields: []string{"email"}}
			if rows, _ := located(t, s, sel); len(rows) != 3 {
				t.Errorf("%d rows", len(rows))
			}
			if got := outside(t, root)["petitions/P.json"]; got != overwritten {
				t.Errorf("%q", got)
			}
			must(t, s, 1, hold(by(petitions, "email", "a"), "R-1"))
			must(t, s, 1, lift(by(petitions, "email", "a"), "R-1"))
			if got := outside(t, root)["petitions/P.json"]; got != overwritten {
				t.Errorf("%q", got)
			}
		})
	}
}
