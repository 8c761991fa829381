//go:build unix

package files

import (
	"context"
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

// TestMain is also the process that TestCrash kills: with a root and a step, it erases and dies there.
func TestMain(m *testing.M) {
	root, step := os.Getenv("FILES_TEST_ROOT"), os.Getenv("FILES_TEST_STEP")
	if root == "" {
		os.Exit(m.Run())
	}
	opened, err := Connector{}.Open(context.Background(), connectors.Config{"root": root})
	if err != nil {
		os.Exit(3)
	}
	s := opened.(*store)
	s.at = func(at string) {
		if at == "renamed" && os.Getenv("FILES_TEST_SCRIPT") == "overwritten" {
			overwrite(root)
		}
		if at == step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	do := crashing()
	if script := os.Getenv("FILES_TEST_SCRIPT"); script != "" {
		do = scripts[script]
	}
	if _, err := s.Apply(context.Background(), do, connectors.ApplyOptions{Confirm: yes}); err != nil {
		os.Exit(4)
	}
	os.Exit(0)
}

func crashing() []connectors.Treatment {
	a, b, c, d := remove(by(imports, "no", "2")), remove(by(crashLog, "member_no", "C-1")), remove(by(letters, "member_no", "C-1")),
		connectors.Treatment{ID: "d", Verb: connectors.Set, On: by(letters, "member_no", "C-2"), AtMost: 1, Assign: []connectors.Assign{{Field: "member_no", To: "C-3"}}}
	b.ID, c.ID = "b", "c"
	return []connectors.Treatment{a, b, c, d}
}

// TestCrash kills the process at each step of a change: each file is the old or the new one, the next Open
// leaves nothing of the dead process's, and the same call again ends where an undisturbed one does.
func TestCrash(t *testing.T) {
	before := map[string]string{"imports/m.csv": "no\n1\n2\n3\n", "log/C-1/x.jsonl": "{\"id\":1}\n", "letters/C-1/2024-01-01-1.pdf": "a", "letters/C-2/2024-01-01-2.pdf": "b"}
	after := map[string]string{"imports/": "", "log/": "", "letters/": "", "letters/C-3/": "", "imports/m.csv": "no\n1\n3\n", "letters/C-3/2024-01-01-2.pdf": "b"}
	for _, step := range []string{"begun", "filled", "synced", "linked", "renamed", "removed", "hidden", "dissolved", "unlinked", "doubled", "never"} {
		t.Run(step, func(t *testing.T) {
			root := tree(t, before)
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), "FILES_TEST_ROOT="+root, "FILES_TEST_STEP="+step)
			err := child.Run()
			killed := child.ProcessState.ExitCode() == -1 // by a signal
			if killed != (step != "never") || !killed && err != nil {
				t.Fatalf("the process was not killed at this step: %v", err)
			}
			s := open(t, root)
			now := contents(t, root)
			for name, content := range now {
				if strings.Contains(name, objects.OwnPrefix) {
					t.Errorf("left behind: %s", filepath.Base(name))
				}
				if was, is := before[name], after[name]; content != was && content != is && name != "log/C-1/x.jsonl" {
					t.Errorf("%s is neither old nor new: %q", name, content)
				}
			}
			if x := now["log/C-1/x.jsonl"]; x != "" && x != before["log/C-1/x.jsonl"] {
				t.Errorf("the log is neither old nor empty: %q", x)
			}
			if _, err := s.Apply(t.Context(), crashing(), connectors.ApplyOptions{Confirm: yes}); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(after, contents(t, root)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestTidyLeavesTheLiving: what a running call has put into the tree is not another's to remove.
func TestTidyLeavesTheLiving(t *testing.T) {
	root := tree(t, map[string]string{"imports/m.csv": "no\n1\n2\n"})
	s := open(t, root)
	s.at = func(step string) {
		if step != "filled" && step != "linked" {
			return
		}
		count := len(contents(t, root))
		open(t, root)
		if now := len(contents(t, root)); now != count || count < 4 {
			t.Errorf("%s: %d entries before another opened the tree, %d after", step, count, now)
		}
	}
	if out, err := apply(t, s, remove(by(imports, "no", "2"))); err != nil || out[0].Changed != 1 {
		t.Errorf("%+v, %v", out, err)
	}
}
