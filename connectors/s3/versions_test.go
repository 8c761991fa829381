package s3

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestVersions: whatever version a person's rows stand in, they are found, and nothing of them remains in any; of others, all does.
func TestVersions(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Versioned)
	b.put(t, "letters/C-1/2024-01-05-17.pdf", "first")
	b.put(t, "letters/C-1/2024-01-05-17.pdf", "second")
	b.put(t, "letters/C-1/2024-02-05-18.pdf", "thrown away")
	b.put(t, "letters/C-10/2024-02-05-19.pdf", "of another")
	b.discard(t, "letters/C-1/2024-02-05-18.pdf")
	b.put(t, "imports/2024-01.csv", "no,who\n1,C-1\n2,C-2\n")
	b.put(t, "imports/2024-01.csv", "no,who\n2,C-2\n3,C-3\n")         // C-1 stands in the older version only
	b.put(t, "imports/2024-02.csv", "no,who\n4,C-2\n")                // has never held C-1
	b.put(t, "imports/2024-02.csv", "no,who\n4,C-2\n5,C-1\n6,C-1\n")  // holds C-1 now
	b.put(t, "imports/2024-03.csv", "no,who\n7,C-1\n8,C-2\n")         // holds C-1
	b.put(t, "imports/2024-03.csv", "no,who\n7,C-1\n8,C-2\n9,C-10\n") // and still does
	b.count(t, 2, by(letters, "member_no", "C-1"))
	b.count(t, 4, by(imports, "who", "C-1"))
	b.apply(t, 6, remove(by(letters, "member_no", "C-1")), with(remove(by(imports, "who", "C-1")), "rows"))
	want := map[string][]string{
		"letters/C-10/2024-02-05-19.pdf": {"of another"},
		"imports/2024-01.csv":            {"no,who\n2,C-2\n3,C-3\n"},
		"imports/2024-02.csv":            {"no,who\n4,C-2\n", "no,who\n4,C-2\n"},
		"imports/2024-03.csv":            {"no,who\n8,C-2\n9,C-10\n"},
	}
	if d := cmp.Diff(want, b.contents(t)); d != "" {
		t.Error(d)
	}
	b.count(t, 0, by(imports, "who", "C-1"))
	b.apply(t, 0, remove(by(letters, "member_no", "C-1")), with(remove(by(imports, "who", "C-1")), "rows"))
}

// discard leaves a delete marker above what stands at a key.
func (b bucket) discard(t *testing.T, key string) {
	t.Helper()
	if _, err := b.Client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &b.Name, Key: &key}); err != nil {
		t.Fatal(err)
	}
}

// TestWhatWasDiscardedStaysSo: a document behind a delete marker is restricted like any other, and comes back behind one, killed in between or not.
func TestWhatWasDiscardedStaysSo(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Versioned)
	const key = "letters/C-1/2024-01-05-17.pdf"
	b.put(t, key, "first")
	b.put(t, key, "second")
	b.discard(t, key)
	stand := func() []bool {
		t.Helper()
		i, err := b.one(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		markers := []bool{}
		for _, v := range i.versions {
			markers = append(markers, v.marker)
		}
		return markers
	}
	before := b.contents(t)
	sel := by(letters, "member_no", "C-1")
	b.apply(t, 1, hold(sel))
	if left := stand(); len(left) != 0 {
		t.Errorf("%d versions stay", len(left))
	}
	b.apply(t, 1, lift(sel))
	if r, _, err := b.Probe(t.Context(), sel); r != 1 || err != nil {
		t.Errorf("%d documents are back in their place, %v", r, err)
	}
	if d := cmp.Diff([]bool{true, false, false}, stand()); d != "" {
		t.Errorf("delete markers, from the newest version on:\n%s", d)
	}
	if d := cmp.Diff(before, b.contents(t)); d != "" {
		t.Error(d)
	}
}

func with(t connectors.Treatment, id string) connectors.Treatment {
	t.ID = id
	return t
}

// TestHeldVersions: a document of several versions goes below the closed prefix with all of them, and comes back with all of them, in their order.
func TestHeldVersions(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Versioned)
	const key = "letters/C-1/2024-01-05-17.pdf"
	b.put(t, key, "first")
	b.put(t, key, "second")
	b.put(t, "imports/2024-01.csv", "no,who\n1,C-1\n2,C-2\n3,C-1")
	before := b.contents(t)
	both := func(do func(connectors.Selection) connectors.Treatment) []connectors.Treatment {
		return []connectors.Treatment{do(by(letters, "member_no", "C-1")), with(do(by(imports, "who", "C-1")), "rows")}
	}
	b.apply(t, 3, both(hold)...)
	want := map[string][]string{"imports/2024-01.csv": {"no,who\n2,C-2\n"}}
	if d := cmp.Diff(want, b.contents(t)); d != "" {
		t.Error(d)
	}
	b.count(t, 1, by(letters, "member_no", "C-1"))
	b.count(t, 2, by(imports, "who", "C-1"))
	b.apply(t, 3, both(lift)...)
	if d := cmp.Diff(before, b.contents(t)); d != "" {
		t.Error(d)
	}
	if left := b.kept(t); left != "" {
		t.Errorf("%d bytes are still held", len(left))
	}
	o, err := b.Client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &b.Name, Key: aws.String(key)})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Body.Close()
	traits, err := b.traitsOf(t.Context(), key, version{}, o)
	if err != nil || traits.ContentType != "text/x-test" || traits.Metadata["of"] != "the house" || traits.Tags != "kind=a+b&x=1" {
		t.Errorf("%+v, %v", traits, err)
	}
	b.put(t, "imports/2024-01.csv", "no,who\n1,C-1\n")
	_, err = b.Apply(t.Context(), both(hold)[1:], connectors.ApplyOptions{Confirm: yes})
	if !errors.Is(err, connectors.ErrConflict) {
		t.Errorf("older versions hold the row, and blocking it says %v", err)
	}
}

// TestLocked: what is locked stays, and so does everything else of the call; the answer says who or until when. What we hold ourselves is under a
// legal hold of our own, and comes back without.
func TestLocked(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Locked)
	const key, table = "letters/C-1/2024-01-05-17.pdf", "imports/2024-01.csv"
	b.put(t, key, "hers")
	b.put(t, table, "no,who\n1,C-1\n2,C-2\n")
	before := b.contents(t)
	legal := func(on types.ObjectLockLegalHoldStatus) {
		_, err := b.Client.PutObjectLegalHold(t.Context(), &s3.PutObjectLegalHoldInput{Bucket: &b.Name, Key: aws.String(table), LegalHold: &types.ObjectLockLegalHold{Status: on}})
		if err != nil {
			t.Fatal(err)
		}
	}
	both := []connectors.Treatment{remove(by(letters, "member_no", "C-1")), with(remove(by(imports, "who", "C-1")), "rows")}
	legal(types.ObjectLockLegalHoldStatusOn)
	out, err := b.Apply(t.Context(), both, connectors.ApplyOptions{Confirm: yes})
	if !errors.Is(err, connectors.ErrConflict) || len(out[1].Notes) == 0 || !strings.Contains(out[1].Notes[0].Summary, "legal hold") {
		t.Errorf("under a legal hold: %v, %v", out, err)
	}
	legal(types.ObjectLockLegalHoldStatusOff)
	until := time.Now().Add(time.Hour)
	_, err = b.Client.PutObjectRetention(t.Context(), &s3.PutObjectRetentionInput{Bucket: &b.Name, Key: aws.String(key),
		Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: &until}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Apply(t.Context(), both, connectors.ApplyOptions{Confirm: yes})
	if wait := connectors.RetryAfter(err); !errors.Is(err, connectors.ErrTryLater) || wait < 50*time.Minute || wait > time.Hour {
		t.Errorf("retained for an hour: %v, to be tried again after %s", err, wait)
	}
	if d := cmp.Diff(before, b.contents(t)); d != "" {
		t.Errorf("something was changed:\n%s", d)
	}
	sel := by(imports, "who", "C-1")
	b.apply(t, 1, hold(sel))
	held := b.drawerKey(formatName(imports.Rows), []string{"imports", "2024-01.csv"})
	o, err := b.Client.GetObjectLegalHold(t.Context(), &s3.GetObjectLegalHoldInput{Bucket: &b.Name, Key: &held})
	if err != nil || o.LegalHold.Status != types.ObjectLockLegalHoldStatusOn {
		t.Errorf("what is held is not under a legal hold: %v, %v", o, err)
	}
	b.apply(t, 1, lift(sel))
	if d := cmp.Diff(before, b.contents(t)); d != "" {
		t.Error(d)
	}
	if left := b.kept(t); left != "" {
		t.Errorf("%d bytes are still held", len(left))
	}
}

// TestSuspended: a bucket that once kept versions, and keeps no new ones, writes over what it has.
func TestSuspended(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Versioned)
	const key = "letters/C-1/2024-01-05-17.pdf"
	b.put(t, january, "no,who\n1,C-1\n2,C-2\n")
	b.put(t, "imports/2024-02.csv", "no,who\n1,C-1\n2,C-2\n")
	b.put(t, key, "first")
	_, err := b.Client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: &b.Name,
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}})
	if err != nil {
		t.Fatal(err)
	}
	b.put(t, "imports/2024-02.csv", "no,who\n1,C-1\n2,C-2\n3,C-1\n")
	b.put(t, "imports/2024-03.csv", "no,who\n1,C-1\n2,C-2\n")
	b.put(t, "letters/C-1/2024-01-05-18.pdf", "second")
	rows, docs := by(imports, "who", "C-1"), by(letters, "member_no", "C-1")
	b.apply(t, 6, hold(docs), with(remove(by(imports, "month", "2024-02")), "month"), with(connectors.Treatment{ID: "set", Verb: connectors.Set, On: by(imports, "month", "2024-03"), AtMost: 9,
		Assign: []connectors.Assign{{Field: "who", From: []any{"C-1", "C-2"}, To: "C-1"}}}, "set"))
	b.apply(t, 2, lift(docs))
	b.apply(t, 3, remove(rows))
	want := map[string][]string{january: {"no,who\n2,C-2\n"}, key: {"first"}, "letters/C-1/2024-01-05-18.pdf": {"second"}}
	now := b.contents(t)
	if len(now["imports/2024-02.csv"]) > 0 {
		t.Errorf("a month that was deleted: %q", now["imports/2024-02.csv"])
	}
	for k, v := range want {
		if d := cmp.Diff(v, now[k]); d != "" {
			t.Errorf("%s: %s", k, d)
		}
	}
}
