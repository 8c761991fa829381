package s3

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestInspectSampled: of rows without a header, and of tags, it is said that others may have more; a header speaks for all.
func TestInspectSampled(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Plain)
	b.put(t, "visits/2024-01.csv", "no,who\n1,C-1\n")
	b.put(t, "events/2024-01.jsonl", `{"no":1}`+"\n"+`{"no":2,"who":"C-1"}`+"\n")
	b.put(t, "letters/1.txt", "a letter")
	_, err := b.Client.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: &b.Name, Key: aws.String("letters/1.txt"), Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("member"), Value: aws.String("C-1")}}}})
	if err != nil {
		t.Fatal(err)
	}
	schema, err := b.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]any{}
	for _, c := range schema.Collections {
		got[c.Name] = append(got[c.Name], c.Sampled)
		for _, f := range c.Fields {
			got[c.Name] = append(got[c.Name], f.Name)
		}
	}
	want := map[string][]any{"visits/*.csv": {int64(0), "no", "who"}, "events/*.jsonl": {int64(2), "no", "who"}, "letters/*.txt": {int64(1), connectors.DocumentField, "meta.of", "tag.member"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
