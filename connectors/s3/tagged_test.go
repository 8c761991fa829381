package s3

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// tag restricts what sel selects where it stands.
func tag(sel connectors.Selection, mark string) connectors.Treatment {
	t := hold(sel)
	t.Method, t.Mark = methodTag, mark
	return t
}

func untag(sel connectors.Selection, mark string) connectors.Treatment {
	t := lift(sel)
	t.Method, t.Mark = methodTag, mark
	return t
}

// TestTagged: a document that is restricted by a tag stays where it is, as it is, in all its versions, and an account applications use can neither read it nor set it
// free; what it writes over it meanwhile falls under the restriction at the next look. The last who lifts sets it free, with the tags it had.
func TestTagged(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Versioned)
	b.ordinary = s3.New(b.client.Options(), func(o *s3.Options) { o.Credentials = aws.AnonymousCredentials{} })
	const key, other = "letters/C-1/2024-01-05-17.pdf", "letters/C-2/2024-01-05-18.pdf"
	b.put(t, key, "first")
	b.put(t, key, "second")
	b.put(t, other, "his")
	hers, his := by(letters, "member_no", "C-1"), by(letters, "member_no", "C-2")
	before := b.versionsOf(t, key)
	uses := []connectors.Use{{Collection: letters, Verbs: []connectors.Verb{connectors.Block, connectors.Release}, Method: methodTag}}

	b.Policy(t, servers.Everybody)
	out, err := b.Apply(t.Context(), []connectors.Treatment{tag(hers, "r1")}, connectors.ApplyOptions{Confirm: yes})
	if !errors.Is(err, connectors.ErrNotSupported) || len(out[0].Notes) == 0 || !strings.Contains(out[0].Notes[0].Detail, "connector install") {
		t.Errorf("nothing is installed: %v, %+v", err, out)
	}
	b.probes(t, "nothing installed", hers, 1)
	statements, err := b.Install(t.Context(), uses)
	if err != nil || len(statements) != 3 {
		t.Fatalf("%q, %v", statements, err)
	}
	installed := b.ForMinIO(statements)
	for i := range installed {
		less := slices.Delete(slices.Clone(installed), i, i+1)
		if b.Policy(t, append(less, servers.Everybody)...); !strings.Contains(installed[i], tagSid) && !strings.Contains(installed[i], "MinIO") {
			continue // MinIO says the same in another one
		}
		if why, err := b.closed(t.Context()); err != nil || !strings.Contains(why, "an account of applications may") {
			t.Errorf("without %s: %q, %v", installed[i], why, err)
		}
	}
	b.Policy(t, append(installed, servers.Everybody)...)
	if why, err := b.closed(t.Context()); err != nil || why != "" {
		t.Fatalf("%q, %v", why, err)
	}
	if again, err := b.Install(t.Context(), uses); err != nil || len(again) != 0 {
		t.Errorf("installed, and said again: %v, %v", again, err)
	}

	b.apply(t, 1, tag(hers, "r1"))
	b.probes(t, "tagged", hers, 0)
	b.probes(t, "another's", his, 1)
	b.count(t, 1, hers)
	if d := cmp.Diff(before, b.versionsOf(t, key)); d != "" {
		t.Errorf("it is not as it was:\n%s", d)
	}
	b.apply(t, 0, tag(hers, "r1"))
	b.apply(t, 1, tag(hers, "r2"))
	if _, err := b.Uninstall(t.Context(), uses); !errors.Is(err, connectors.ErrConflict) {
		t.Errorf("a document is restricted, and what keeps it so may be taken away: %v", err)
	}
	b.put(t, key, "third") // an application writes over what it cannot read
	b.probes(t, "written over", hers, 1)
	b.apply(t, 1, tag(hers, "r1"))
	b.probes(t, "and restricted again", hers, 0)

	b.apply(t, 1, untag(hers, "r1"))
	b.probes(t, "another request holds two of its versions", hers, 1)
	b.apply(t, 0, untag(hers, "r1"))
	b.apply(t, 1, untag(hers, "r2"))
	b.probes(t, "free", hers, 1)
	for _, v := range b.versionsOf(t, key) {
		if v.Tags != "kind=a b&x=1" {
			t.Errorf("a version is left with the tags %q", v.Tags)
		}
	}
	if out, err := b.Uninstall(t.Context(), uses); err != nil || len(out) != 2 {
		t.Errorf("%v, %v", out, err)
	}
	if left := b.kept(t); left != "" {
		t.Errorf("%d bytes are held", len(left))
	}
	if tried := b.tries(t); tried > 0 {
		t.Errorf("%d versions are left of what was tried", tried)
	}
}

// TestTaggedAndErased: what is restricted by a tag is the person's row as before: it is erased with all versions, or renamed and stays restricted.
func TestTaggedAndErased(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Versioned)
	b.Policy(t, servers.ForTags...)
	const key = "letters/C-1/2024-01-05-17.pdf"
	b.put(t, key, "hers")
	b.put(t, "letters/C-2/2024-01-05-18.pdf", "his")
	hers, his := by(letters, "member_no", "C-1"), by(letters, "member_no", "C-2")
	b.apply(t, 2, tag(hers, "r1"), with(tag(his, "r2"), "his"))
	b.apply(t, 1, connectors.Treatment{ID: "set", Verb: connectors.Set, On: hers, AtMost: 9, Assign: []connectors.Assign{{Field: "letter_no", To: "99"}}})
	b.probes(t, "renamed", hers, 0)
	again := hold(hers)
	again.Mark = "r3"
	b.apply(t, 1, again) // the map says otherwise by now: another request holds it as it is held
	b.probes(t, "held twice", hers, 0)
	if d := cmp.Diff(map[string][]string{"letters/C-1/2024-01-05-99.pdf": {"hers"}, "letters/C-2/2024-01-05-18.pdf": {"his"}}, b.contents(t)); d != "" {
		t.Error(d)
	}
	b.apply(t, 1, remove(hers))
	if d := cmp.Diff(map[string][]string{"letters/C-2/2024-01-05-18.pdf": {"his"}}, b.contents(t)); d != "" {
		t.Error(d)
	}
	free := lift(his)
	free.Mark = "r2"
	b.apply(t, 1, free) // whatever the method it is asked by
	b.probes(t, "free", his, 1)
}

// TestNotTagged: what a tag cannot restrict is refused before anything is changed, and why is said.
func TestNotTagged(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Plain)
	b.put(t, january, "no,who\n1,C-1\n2,C-2\n")
	b.put(t, "letters/C-1/2024-01-05-17.pdf", "hers")
	for says, sel := range map[string]connectors.Selection{"others have rows": by(imports, "who", "C-1"), "keeps no versions": by(letters, "member_no", "C-1")} {
		out, err := b.Apply(t.Context(), []connectors.Treatment{tag(sel, "r1")}, connectors.ApplyOptions{Confirm: yes})
		if !errors.Is(err, connectors.ErrNotSupported) || len(out[0].Notes) != 1 || !strings.Contains(out[0].Notes[0].Summary, says) || !strings.Contains(out[0].Notes[0].Detail, "block: move") {
			t.Errorf("%s: %v, %+v", says, err, out)
		}
	}
	full := newBucket(t, servers.Versioned)
	full.Policy(t, servers.ForTags...)
	const key = "letters/C-1/2024-01-05-17.pdf"
	full.put(t, key, "hers")
	var ten []types.Tag
	for _, n := range strings.Split("abcdefghij", "") {
		ten = append(ten, types.Tag{Key: aws.String(n), Value: aws.String(n)})
	}
	if _, err := full.Client.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: &full.Name, Key: aws.String(key), Tagging: &types.Tagging{TagSet: ten}}); err != nil {
		t.Fatal(err)
	}
	out, err := full.Apply(t.Context(), []connectors.Treatment{tag(by(letters, "member_no", "C-1"), "r1")}, connectors.ApplyOptions{Confirm: yes})
	if !errors.Is(err, connectors.ErrConflict) || len(out[0].Notes) != 1 || out[0].Changed != 0 {
		t.Errorf("%v, %+v", err, out)
	}
}

// stood is one version of an object.
type stood struct{ ID, ETag, Content, Tags string }

// versionsOf are those of a key, with their tags but ours.
func (b bucket) versionsOf(t *testing.T, key string) []stood {
	t.Helper()
	i, err := b.one(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	var out []stood
	for _, v := range i.versions {
		tags, err := b.tagsOf(t.Context(), key, v)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, x := range tags.others {
			texts = append(texts, aws.ToString(x.Key)+"="+aws.ToString(x.Value))
		}
		slices.Sort(texts)
		out = append(out, stood{v.id, v.etag, b.read(t, key, v), strings.Join(texts, "&")})
	}
	return out
}

// tries is how many versions and markers are left of what was tried.
func (b bucket) tries(t *testing.T) (n int) {
	t.Helper()
	err := b.list(t.Context(), triedPrefix, func(i item) (bool, error) {
		n += len(i.versions)
		return true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// probes fails where an ordinary account can read or change more or fewer rows than wanted.
func (b bucket) probes(t *testing.T, what string, sel connectors.Selection, want int64) {
	t.Helper()
	r, w, err := b.Probe(t.Context(), sel)
	if err != nil || r != want || w != want {
		t.Errorf("%s: %d readable, %d writable, %v; want %d", what, r, w, err, want)
	}
}
