package host_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/plugins/host"
)

func TestLockFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), host.LockName)
	if lock, err := host.ReadLock(path); lock != nil || err != nil {
		t.Fatalf("a missing file: %v, %v", lock, err)
	}
	want := host.Lock{"sqlite": strings.Repeat("0a", 32), "files": strings.Repeat("ff", 32)}
	for range 2 { // written anew and over itself
		if err := want.Write(path); err != nil {
			t.Fatal(err)
		}
	}
	got, err := host.ReadLock(path)
	if err != nil || !maps.Equal(got, want) {
		t.Fatalf("%v, %v", got, err)
	}
	if text := string(want.Text()); !strings.HasSuffix(text, "\nfiles "+want["files"]+"\nsqlite "+want["sqlite"]+"\n") {
		t.Errorf("not sorted: %s", text)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	empty, err := host.ParseLock([]byte("# nothing\n"))
	if empty == nil || err != nil {
		t.Errorf("an empty file pins everything out: %v, %v", empty, err)
	}
	for text, line := range map[string]string{
		"sqlite abc":     "1:",
		"\n# x\n../x 00": "3:",
		"a " + want["files"] + "\na " + want["files"]: "2:",
		"sqlite": "1:",
	} {
		if _, err := host.ParseLock([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), line) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestFind(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for _, f := range []struct {
		path string
		mode os.FileMode
	}{
		{filepath.Join(first, "dossier-connector-a"), 0o755},
		{filepath.Join(first, "dossier-connector-noexec"), 0o644},
		{filepath.Join(first, "dossier-connector-B"), 0o755},
		{filepath.Join(first, "other"), 0o755},
		{filepath.Join(second, "dossier-connector-a"), 0o755},
		{filepath.Join(second, "dossier-connector-c"), 0o755},
	} {
		if err := os.WriteFile(f.path, nil, f.mode); err != nil {
			t.Fatal(err)
		}
	}
	got := host.List([]string{filepath.Join(first, "none"), first, second})
	if len(got) != 2 || got[0].Path != filepath.Join(first, "dossier-connector-a") || got[1].Name != "c" {
		t.Fatalf("%v", got)
	}
	if _, err := host.Find("../a", []string{first}); err == nil {
		t.Error("a path is no name")
	}
	t.Setenv(host.FoldersEnv, first+string(os.PathListSeparator)+second)
	if folders := host.Folders(); len(folders) != 3 || folders[1] != first || folders[2] != second {
		t.Errorf("%v", folders)
	}
}
