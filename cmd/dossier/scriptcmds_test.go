package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // the driver, for the command sql
)

// scripts holds what the scripts' own commands need.
type scripts struct{ root, bin, pristine string }

// cooperative lays out the sample cooperative in the script's folder and points dossier at it: stores, map, state, keys,
// a clock that stands on the sample's day, and anna at the keyboard. The map leaves the paper out, for what is on paper waits
// for people; with the word paper it is whole: cooperative paper
func (s scripts) cooperative(ts *testscript.TestScript, _ bool, args []string) {
	mapDir := filepath.Join(s.root, "manifests", "cooperative")
	if len(args) == 0 {
		ts.Check(os.MkdirAll(ts.MkAbs("map"), 0o755))
		for _, name := range []string{"controller.yaml", "register.yaml", "ledger.yaml", "documents.yaml"} {
			b, err := os.ReadFile(filepath.Join(mapDir, name))
			ts.Check(err)
			ts.Check(os.WriteFile(filepath.Join(ts.MkAbs("map"), name), b, 0o644))
		}
		mapDir = ts.MkAbs("map")
	}
	ts.Check(os.CopyFS(ts.MkAbs("stores"), os.DirFS(filepath.Join(s.pristine, "stores"))))
	ts.Check(os.CopyFS(ts.MkAbs("requests"), os.DirFS(filepath.Join(s.pristine, "requests"))))
	stores := map[string]string{}
	ts.Check(filepath.WalkDir(ts.MkAbs("stores"), func(path string, d fs.DirEntry, err error) error {
		stores[d.Name()] = path
		return err
	}))
	for name, file := range map[string]string{"REGISTER_FILE": "register.db", "LEDGER_FILE": "ledger.db", "DOCUMENTS_DIR": "documents"} {
		if stores[file] == "" {
			ts.Fatalf("the sample has no %s", file)
		}
		ts.Setenv(name, stores[file])
	}
	for name, v := range map[string]string{"BILANS_WEBHOOK_SECRET": "whsec_c2FtcGxlLXNlY3JldC1vZi1iaWxhbnM=", "DOSSIER_MAP": mapDir,
		"DOSSIER_STATE": ts.MkAbs("state/state.db"), "DOSSIER_KEYS": ts.MkAbs("keys/ring.json"), "DOSSIER_OPERATOR": "anna", "DOSSIER_NOW": "2026-11-06T11:20:00+01:00"} {
		ts.Setenv(name, v)
	}
}

// release answers every open review of a request as somebody who finds nobody else named: release 2026-000119
func (s scripts) release(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: release REQUEST")
	}
	ts.Check(ts.Exec("dossier", "-q", "--json", "task", "list", "--kind", "review", "--request", args[0]))
	var list struct{ Tasks []struct{ ID int } }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
	if len(list.Tasks) == 0 {
		ts.Fatalf("nothing of %s is to be reviewed", args[0])
	}
	for _, t := range list.Tasks {
		ts.Check(ts.Exec("dossier", "-q", "--as", "ewa", "task", "done", strconv.Itoa(t.ID)))
	}
}

// exits runs a command and wants its exit code: exits 3 dossier apply plan.json
func (s scripts) exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\n%s%s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
	for _, bad := range []string{"panic:", "goroutine ", "runtime error", "<nil>", "%!"} {
		if strings.Contains(ts.ReadFile("stderr"), bad) {
			ts.Fatalf("standard error holds %q", bad)
		}
	}
}

// golden compares standard output with testdata/FILE, what differs from run to run apart.
func (s scripts) golden(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: golden FILE")
	}
	got := normal(ts.ReadFile("stdout"), ts.Getenv("WORK"))
	file := filepath.Join(s.root, "cmd", "dossier", "testdata", args[0])
	if *update {
		ts.Check(os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	ts.Check(err)
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		ts.Fatalf("%s differs (-want +got); where it is right, go test ./cmd/dossier -update\n%s", args[0], d)
	}
}

// What no two runs have in common: digests, and times of the real clock.
var changing = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`sha256:[0-9a-f]{64}`), "sha256:4e1a60c2d0f35b7791c6a8e4b2f09d3c5a7e1886f4d2b0c93e5a71f8d6c49b07"},
	{regexp.MustCompile(`sha256:[0-9a-f]{8}…[0-9a-f]{4}`), "sha256:4e1a60c2…9b07"},
	{regexp.MustCompile(`hmac-sha256:[0-9a-f]+`), "hmac-sha256:81d0"},
	{regexp.MustCompile(`"(sha256|roots_digest)": "[^"]+"`), `"$1": "81d0"`},
	{regexp.MustCompile(`(T\d\d:\d\d):\d\d(\.\d+)?([+Z])`), "${1}:00$3"},
	{regexp.MustCompile(`for \d+(\.\d+)?m?s\b`), "for 0.1s"},
}

func normal(text, work string) string {
	text = strings.ReplaceAll(text, work+string(filepath.Separator), "")
	for _, c := range changing {
		text = c.what.ReplaceAllString(text, c.with)
	}
	return text
}

// widest wants no line of standard output wider than 100 columns.
func (s scripts) widest(ts *testscript.TestScript, _ bool, _ []string) {
	for _, l := range strings.Split(ts.ReadFile("stdout"), "\n") {
		if utf8.RuneCountInString(l) > 100 {
			ts.Fatalf("%d columns: %s", utf8.RuneCountInString(l), l)
		}
	}
}

// sql runs a statement on a database, as another application would: sql $REGISTER_FILE 'INSERT …'
func (s scripts) sql(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sql FILE STATEMENT")
	}
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0])+"?_pragma=busy_timeout(5000)")
	ts.Check(err)
	defer func() { _ = db.Close() }()
	r, err := db.Exec(args[1])
	ts.Check(err)
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("the statement changed nothing")
	}
}

// edit replaces one text by another in a file; it must be there: edit plan.json '"rows": 1,' '"rows": 2,'
func (s scripts) edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	old := ts.ReadFile(args[0])
	if !strings.Contains(old, args[1]) {
		ts.Fatalf("%s holds no %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(old, args[1], args[2], 1)), 0o600))
}

// without writes a request less one of its members into a file: without requests/minor-access.json requester alone.json
func (s scripts) without(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: without REQUEST MEMBER FILE")
	}
	var r map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &r))
	if r[args[1]] == nil {
		ts.Fatalf("%s has no %s", args[0], args[1])
	}
	delete(r, args[1])
	b, err := json.Marshal(r)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b, 0o600))
}

// flip changes one bit in the middle of a text within a file: flip receipt.json fulfilled
func (s scripts) flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE TEXT")
	}
	b := []byte(ts.ReadFile(args[0]))
	i := bytes.Index(b, []byte(args[1]))
	if i < 0 {
		ts.Fatalf("%s holds no %s", args[0], args[1])
	}
	b[i+len(args[1])/2] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// digest keeps the digest of the plan in a file in the variable DIGEST.
func (s scripts) digest(ts *testscript.TestScript, neg bool, args []string) {
	found := regexp.MustCompile(`"digest": "(sha256:[0-9a-f]{64})"`).FindStringSubmatch(ts.ReadFile(args[0]))
	if neg || found == nil {
		ts.Fatalf("%s holds no digest", args[0])
	}
	ts.Setenv("DIGEST", found[1])
}

// value writes the subject's identifier of a kind, as a request names it, into a file: value requests/erasure.json pesel pesel.txt
func (s scripts) value(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: value REQUEST KIND FILE")
	}
	var r struct {
		Subject struct {
			Identifiers []struct{ Kind, Value string }
		}
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &r))
	for _, i := range r.Subject.Identifiers {
		if i.Kind == args[1] {
			ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(i.Value+"\n"), 0o600))
			return
		}
	}
	ts.Fatalf("%s names nobody by %s", args[0], args[1])
}

// lines writes requests into one file, one a line, each naming its person by PESEL alone: lines requests.ndjson requests/erasure.json …
func (s scripts) lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: lines FILE REQUEST…")
	}
	var out []byte
	for _, file := range args[1:] {
		var r map[string]any
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &r))
		who := r["subject"].(map[string]any)
		who["identifiers"] = who["identifiers"].([]any)[:1]
		b, err := json.Marshal(r)
		ts.Check(err)
		out = append(append(out, b...), '\n')
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out, 0o600))
}

// unzip unpacks an archive into a folder.
func (s scripts) unzip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: unzip FILE DIR")
	}
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = z.Close() }()
	for _, f := range z.File {
		path := filepath.Join(ts.MkAbs(args[1]), filepath.FromSlash(f.Name))
		if !filepath.IsLocal(f.Name) {
			ts.Fatalf("%s climbs out of its folder", f.Name)
		}
		ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
		in, err := f.Open()
		ts.Check(err)
		b, err := io.ReadAll(in)
		ts.Check(errors.Join(err, in.Close()))
		ts.Check(os.WriteFile(path, b, 0o644))
	}
}

// interrupted makes a pipe, starts a command that reads it, interrupts it as soon as it does, and wants 130:
// interrupted pipe dossier plan pipe
func (s scripts) interrupted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: interrupted PIPE COMMAND…")
	}
	pipe := ts.MkAbs(args[0])
	ts.Check(syscall.Mkfifo(pipe, 0o600))
	dossier, err := exec.LookPath(filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], args[1]))
	ts.Check(err)
	c := exec.Command(dossier, args[2:]...)
	c.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "DOSSIER_STATE", "DOSSIER_KEYS", "DOSSIER_MAP", "DOSSIER_NOW", "DOSSIER_OPERATOR", "DOSSIER_CONNECTORS", "REGISTER_FILE", "LEDGER_FILE",
		"DOCUMENTS_DIR", "BILANS_WEBHOOK_SECRET", "GOCOVERDIR"} {
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	var said bytes.Buffer
	c.Stderr = &said
	ts.Check(c.Start())
	f, err := os.OpenFile(pipe, os.O_WRONLY, 0) // opens when the command opens it, and never before
	ts.Check(err)
	ts.Check(c.Process.Signal(os.Interrupt))
	_ = c.Wait() // its code tells
	ts.Check(f.Close())
	if code := c.ProcessState.ExitCode(); code != exitInterrupted {
		ts.Fatalf("exit code %d, want %d\n%s", code, exitInterrupted, &said)
	}
	if !strings.Contains(said.String(), "Nothing is half-done") {
		ts.Fatalf("it said:\n%s", &said)
	}
}

// problems wants the problems of two checks of a map to be the same, and some: problems A.json B.json
func (s scripts) problems(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: problems A.json B.json")
	}
	var said [2]struct{ Problems []any }
	for i, name := range args {
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(name)), &said[i]))
	}
	if diff := cmp.Diff(said[0], said[1]); diff != "" || len(said[0].Problems) == 0 {
		ts.Fatalf("-%s +%s, %d problems:\n%s", args[0], args[1], len(said[0].Problems), diff)
	}
}
