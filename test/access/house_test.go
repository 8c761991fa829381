package access

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
)

// now is the day of the sample, by which periods are judged.
const now = "2026-11-06T11:20:00+01:00"

// house is a cooperative with an executor of its own.
type house struct {
	*cooperative.World
	dir string
	bin string // where the program and its connectors are
	env []string
}

// newHouse lays a cooperative out and makes state and keys. change edits the map, file by file; nil leaves it.
func newHouse(t testing.TB, opt sample.Options, change map[string][2]string) *house {
	t.Helper()
	h := &house{World: cooperative.Lay(t, opt), dir: t.TempDir(), bin: bin}
	h.mapCopy(t, change)
	h.env = append(os.Environ(), "DOSSIER_MAP="+filepath.Join(h.dir, "map"), "DOSSIER_STATE="+filepath.Join(h.dir, "state", "state.db"),
		"DOSSIER_KEYS="+filepath.Join(h.dir, "keys", "ring.json"), "DOSSIER_OPERATOR=anna", "DOSSIER_NOW="+now, "NO_COLOR=1", "DOSSIER_CONNECTORS=")
	for name, v := range h.Env() {
		h.env = append(h.env, name+"="+v)
	}
	h.must(t, "-q", "init")
	return h
}

func (h *house) mapCopy(t testing.TB, change map[string][2]string) {
	t.Helper()
	to := filepath.Join(h.dir, "map")
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(h.MapDir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no map: %v", err)
	}
	done := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for place, c := range change {
			if name, _, _ := strings.Cut(place, "/"); name != filepath.Base(file) {
				continue
			}
			if !bytes.Contains(b, []byte(c[0])) {
				t.Fatalf("%s does not say %q", place, c[0])
			}
			done++
			b = bytes.Replace(b, []byte(c[0]), []byte(c[1]), 1)
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if done != len(change) {
		t.Fatalf("%d of %d changes of the map were made", done, len(change))
	}
}

// run runs dossier and gives what it printed and its exit code.
func (h *house) run(t testing.TB, args ...string) (out, errs string, code int) {
	t.Helper()
	cmd := exec.Command(filepath.Join(h.bin, "dossier"), args...)
	cmd.Dir, cmd.Env = h.dir, h.env
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // its code is looked at
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

func (h *house) must(t testing.TB, args ...string) string {
	t.Helper()
	out, errs, code := h.run(t, args...)
	if code != 0 {
		t.Fatalf("dossier %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// ask writes one of the sample's requests anew with changes, under an id of its own.
func (h *house) ask(t testing.TB, name, id string, change func(map[string]any)) string {
	t.Helper()
	b, err := os.ReadFile(h.Requests[name])
	if err != nil {
		t.Fatal(err)
	}
	var r map[string]any
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	r["id"] = id
	if change != nil {
		change(r)
	}
	if b, err = json.Marshal(r); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(h.dir, id+".json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// works is must for a command that may leave people something to look at.
func (h *house) works(t testing.TB, args ...string) {
	t.Helper()
	if out, errs, code := h.run(t, args...); code != 0 && code != 4 {
		t.Fatalf("dossier %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
}

// reviews are the numbers of a request's open reviews.
func (h *house) reviews(t testing.TB, id string) []string {
	t.Helper()
	var list struct{ Tasks []struct{ ID int } }
	if err := json.Unmarshal([]byte(h.must(t, "-q", "--json", "task", "list", "--kind", "review", "--request", id)), &list); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, x := range list.Tasks {
		out = append(out, strconv.Itoa(x.ID))
	}
	return out
}

// release answers every open review of a request as somebody who finds nobody else named.
func (h *house) release(t testing.TB, id string) {
	t.Helper()
	for _, task := range h.reviews(t, id) {
		h.must(t, "-q", "task", "done", task)
	}
}

// fetch carries a request out and unpacks what the subject receives before anybody has looked at what may name others.
func (h *house) fetch(t testing.TB, name, id string, change func(map[string]any)) *parcel {
	t.Helper()
	h.works(t, "-q", "run", h.ask(t, name, id, change))
	return h.unpack(t, id)
}

func (h *house) unpack(t testing.TB, id string) *parcel {
	t.Helper()
	file := filepath.Join(t.TempDir(), id+".zip")
	h.must(t, "-q", "archive", id, "--early", "-o", file)
	return open(t, file)
}

// language answers a request in another language.
func language(lang string) func(map[string]any) {
	return func(r map[string]any) { r["reply"].(map[string]any)["language"] = lang }
}
