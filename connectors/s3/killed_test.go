package s3

import (
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// scripts are what the process does that is killed.
var scripts = map[string][]connectors.Treatment{
	"erase": {remove(by(imports, "who", "C-1")), with(remove(by(letters, "member_no", "C-1")), "letters")},
	"block": {hold(by(imports, "who", "C-1")), with(hold(by(letters, "member_no", "C-1")), "letters")},
	"tag":   {tag(by(letters, "member_no", "C-1"), "r1")}, "untag": {untag(by(letters, "member_no", "C-1"), "r1")},
	"erase lake": {remove(by(lakes, "who", "C-9"))}, "block lake": {hold(by(lakes, "who", "C-9"))}, "lift lake": {lift(by(lakes, "who", "C-9"))},
	"lift": {lift(by(imports, "who", "C-1")), with(lift(by(letters, "member_no", "C-1")), "letters")},
}

// TestKilled kills the process at each step of a change. What applications then see is the old object or the new one, nothing of the person is lost
// or there twice, and the same call again ends where an undisturbed one does.
func TestKilled(t *testing.T) {
	t.Parallel()
	const key, table = "letters/C-1/2024-01-05-17.pdf", "imports/2024-01.csv"
	whole, without := "no,who\n1,C-1\n2,C-2\n3,C-1\n", "no,who\n2,C-2\n"
	for _, c := range []struct {
		script, step string
		kind         servers.BucketKind
	}{
		{"erase", "filled", servers.Plain}, {"erase", "replaced", servers.Versioned}, {"erase", "version", servers.Versioned},
		{"block", "kept", servers.Plain}, {"block", "replaced", servers.Plain}, {"block", "replaced", servers.Versioned}, {"block", "copied", servers.Versioned}, {"block", "version", servers.Versioned},
		{"lift", "kept", servers.Plain}, {"lift", "replaced", servers.Versioned}, {"lift", "back", servers.Plain}, {"lift", "back", servers.Versioned}, {"lift", "discarded", servers.Versioned},
	} {
		kind := map[servers.BucketKind]string{servers.Plain: "plain", servers.Versioned: "versions"}[c.kind]
		t.Run(c.script+" "+c.step+" "+kind, func(t *testing.T) {
			t.Parallel()
			b := newBucket(t, c.kind)
			b.put(t, table, whole)
			b.put(t, key, "first")
			if c.kind == servers.Versioned {
				b.put(t, key, "second")
			}
			if c.step == "discarded" {
				b.discard(t, key)
			}
			before := b.contents(t)
			after := map[string][]string{table: {without}}
			if c.script == "lift" {
				b.apply(t, 3, scripts["block"]...)
				before, after = after, before
			}
			b.dies(t, c.script, c.step)
			now := b.contents(t)
			if seen := slices.Concat(now[table]); len(seen) == 0 || seen[len(seen)-1] != whole && seen[len(seen)-1] != without {
				t.Errorf("applications see %q", seen)
			}
			if c.script != "erase" {
				b.count(t, 2, by(imports, "who", "C-1"))
				b.count(t, 1, by(letters, "member_no", "C-1"))
			}
			if _, err := b.Apply(t.Context(), scripts[c.script], connectors.ApplyOptions{Confirm: yes}); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(after, b.contents(t)); d != "" {
				t.Errorf("from %v:\n%s", now, d)
			}
			if c.script == "block" {
				b.apply(t, 3, scripts["lift"]...)
				if d := cmp.Diff(before, b.contents(t)); d != "" {
					t.Error(d)
				}
			}
			if left := b.kept(t); left != "" {
				t.Errorf("%d bytes are still held", len(left))
			}
		})
	}
}

// dies has a process do what a script says, until it is killed at a step.
func (b bucket) dies(t *testing.T, script, step string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "S3_TEST_STEP="+step, "S3_TEST_SCRIPT="+script)
	for name, value := range b.Settings() {
		child.Env = append(child.Env, "S3_TEST_"+name+"="+value)
	}
	if err := child.Run(); child.ProcessState.ExitCode() != -1 {
		t.Fatalf("the process was not killed at this step: %v", err)
	}
}

// TestKilledWhileTagging kills the process with the tag on, or off, one of two versions: the same call again ends where an undisturbed one does.
func TestKilledWhileTagging(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Versioned)
	b.Policy(t, servers.ForTags...)
	const key = "letters/C-1/2024-01-05-17.pdf"
	b.put(t, key, "first")
	b.put(t, key, "second")
	before, hers := b.versionsOf(t, key), by(letters, "member_no", "C-1")
	for _, script := range []string{"tag", "untag"} {
		b.dies(t, script, "tagged")
		b.probes(t, script+", killed", hers, 1)
		b.apply(t, 1, scripts[script]...)
		b.probes(t, script, hers, map[string]int64{"untag": 1}[script])
	}
	if d := cmp.Diff(before, b.versionsOf(t, key)); d != "" {
		t.Error(d)
	}
}
