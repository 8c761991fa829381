package s3

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestTaggedWhileItIsRewritten: tags an application puts to an object, changes or takes off stay so, whenever between the first look and the moment it is replaced that is, and whether
// it had any before; so do those it gives what has just replaced it.
func TestTaggedWhileItIsRewritten(t *testing.T) {
	t.Parallel()
	const rows = "no,who\n1,C-1\n2,C-2\n"
	filler := strings.Repeat("3,somebody else\n", partBytes/16+1)
	for kind, k := range map[string]servers.BucketKind{"plain": servers.Plain, "versions": servers.Versioned} {
		for _, c := range []struct{ step, before, after string }{
			{"confirm", "", "seen=1"}, {"filled", "", "seen=1"}, {"filled", "kind=a+b&x=1", "kind=a+b&seen=1"}, {"filled", "x=1", ""}, {"begun", "", "seen=1"}, {"replaced", "x=1", "seen=1"},
		} {
			t.Run(fmt.Sprint(kind, " ", c.step, " ", c.before, " ", c.after), func(t *testing.T) {
				t.Parallel()
				b := newBucket(t, k)
				text := rows
				if c.step == "begun" { // of several parts
					text += filler
				}
				in := &awss3.PutObjectInput{Bucket: &b.Name, Key: aws.String(january), Body: strings.NewReader(text), Metadata: map[string]string{"of": "the house"}}
				if c.before != "" {
					in.Tagging = &c.before
				}
				if _, err := b.Client.PutObject(t.Context(), in); err != nil {
					t.Fatal(err)
				}
				done := 0
				retag := func(step string) {
					if step == c.step {
						done++
						if err := b.tag(context.Background(), january, version{}, c.after); err != nil {
							t.Error(err)
						}
					}
				}
				b.at = retag
				out, err := b.Apply(t.Context(), []connectors.Treatment{remove(by(imports, "who", "C-1"))}, connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error {
					retag("confirm")
					return nil
				}})
				if err != nil || out[0].Changed != 1 || done != 1 {
					t.Fatalf("%+v, %v, tagged %d times", out, err, done)
				}
				got, err := b.tags(t.Context(), january, version{})
				if err != nil || got != c.after {
					t.Errorf("its tags are %q, %v; want %q", got, err, c.after)
				}
				left := b.contents(t)[january]
				if len(left) != 1 || left[0] != strings.Replace(text, "1,C-1\n", "", 1) {
					t.Errorf("%d versions are left", len(left))
				}
				if beside, err := b.beside(t.Context(), january, version{}); err != nil || beside["meta.of"] != "the house" {
					t.Errorf("%v, %v", beside, err)
				}
			})
		}
	}
}

// TestTaggedSinceByBoth: tags the old version got, and others the new one got, after it had taken its place: those of the new one stand.
func TestTaggedSinceByBoth(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Versioned)
	b.put(t, january, "no,who\n1,C-1\n2,C-2\n")
	b.at = func(step string) {
		tag := map[string]string{"filled": "first", "replaced": "second"}[step]
		if tag == "" {
			return
		}
		_, err := b.Client.PutObjectTagging(context.Background(), &awss3.PutObjectTaggingInput{Bucket: &b.Name, Key: aws.String(january),
			Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("seen"), Value: &tag}}}})
		if err != nil {
			t.Error(err)
		}
	}
	b.apply(t, 1, remove(by(imports, "who", "C-1")))
	if got, err := b.tags(t.Context(), january, version{}); err != nil || got != "seen=second" {
		t.Errorf("%q, %v", got, err)
	}
}
