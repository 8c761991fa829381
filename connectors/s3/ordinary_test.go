package s3

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestOrdinary: an account applications use reads and writes what is not restricted, and nothing below the closed prefix once the statement is installed that
// Install prints; before that, Probe says that it does.
func TestOrdinary(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Plain)
	b.put(t, "letters/C-1/2024-01-05-17.pdf", "hers")
	b.put(t, "letters/C-2/2024-01-05-18.pdf", "his")
	b.put(t, january, "no,who\n1,C-1\n2,C-2\n")
	b.ordinary = s3.New(b.client.Options(), func(o *s3.Options) { o.Credentials = aws.AnonymousCredentials{} })
	everything := fmt.Sprintf(`{"Sid":"Everybody","Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::%s/*"]}`, b.Name)
	policy := func(statements ...string) {
		_, err := b.Client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &b.Name,
			Policy: aws.String(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)})
		if err != nil {
			t.Fatal(err)
		}
	}
	probes := func(what string, sel connectors.Selection, want int64) {
		t.Helper()
		r, w, err := b.Probe(t.Context(), sel)
		if err != nil || r != want || w != want {
			t.Errorf("%s: %d readable, %d writable, %v; want %d", what, r, w, err, want)
		}
	}
	policy(everything)
	hers, rows := by(letters, "member_no", "C-1"), by(imports, "who", "C-1")
	probes("a document", hers, 1)
	b.apply(t, 2, hold(hers), with(hold(rows), "rows"))
	probes("a held document, nothing installed", hers, 1)
	probes("a held row, nothing installed", rows, 1)
	uses := []connectors.Use{{Collection: letters, Verbs: []connectors.Verb{connectors.Block, connectors.Release}, Method: methodMove}}
	statements, err := b.Install(t.Context(), uses)
	if err != nil || len(statements) != 2 {
		t.Fatalf("%v, %v", statements, err)
	}
	deny := strings.Replace(statements[1], `"ArnNotLike": {
      "aws:PrincipalArn": "`+account+`"
    }`, `"StringNotEquals": {
      "aws:username": "`+b.Key+`"
    }`, 1) // MinIO knows its accounts by another name
	policy(everything, deny)
	probes("a held document", hers, 0)
	probes("a held row", rows, 0)
	probes("another's", by(letters, "member_no", "C-2"), 1)
	probes("another's row beside it", by(imports, "who", "C-2"), 1)
	if again, err := b.Install(t.Context(), uses); err != nil || len(again) != 0 {
		t.Errorf("installed, and said again: %v, %v", again, err)
	}
	if _, err := b.Uninstall(t.Context(), uses); err == nil {
		t.Error("rows are restricted, and what keeps them so may be taken away")
	}
	b.apply(t, 2, lift(hers), with(lift(rows), "rows"))
	probes("a document that is back", hers, 1)
	if out, err := b.Uninstall(t.Context(), uses); err != nil || len(out) != 1 {
		t.Errorf("%v, %v", out, err)
	}
	if out, err := b.Grants(t.Context(), uses); err != nil || len(out) != 3 || !strings.Contains(out[2], "s3:DeleteObjectVersion") {
		t.Errorf("%v, %v", out, err)
	}
}
