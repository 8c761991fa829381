package s3

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestMain is also the process that TestKilled kills: with a bucket and a step, it does what it is told and dies there.
func TestMain(m *testing.M) {
	step := os.Getenv("S3_TEST_STEP")
	if step == "" {
		os.Exit(m.Run())
	}
	config := connectors.Config{"path_style": "true"}
	for _, name := range []string{"bucket", "endpoint", "region", "access_key_id", "secret_access_key", "index_key"} {
		config[name] = os.Getenv("S3_TEST_" + name)
	}
	opened, err := Connector{}.Open(context.Background(), config)
	if err != nil {
		os.Exit(3)
	}
	s := opened.(*store)
	s.at = func(at string) {
		if at == step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	if os.Getenv("S3_TEST_SCRIPT") == "look" {
		if _, err := s.Count(context.Background(), []connectors.Selection{by(imports, "who", "C-1")}); err != nil {
			os.Exit(4)
		}
		os.Exit(0)
	}
	if _, err := s.Apply(context.Background(), scripts[os.Getenv("S3_TEST_SCRIPT")], connectors.ApplyOptions{Confirm: yes}); err != nil {
		os.Exit(4)
	}
	os.Exit(0)
}

var (
	letters = connectors.Collection{Name: "letters", At: "letters/{member_no}/{sent_on}-{letter_no}.pdf", Key: []string{"letter_no"}, Document: true}
	imports = connectors.Collection{Name: "imports", At: "imports/{month}.csv", Key: []string{"month", "no"}, Rows: &connectors.RowFormat{Format: "csv"}}
)

func yes(context.Context, []connectors.Outcome) error { return nil }

func by(c connectors.Collection, field string, values ...any) connectors.Selection {
	m := connectors.Match{Fields: []string{field}}
	for i, v := range values {
		m.Values = append(m.Values, connectors.Tuple{Person: i, Values: []any{v}})
	}
	return connectors.Selection{Collection: c, Any: []connectors.Match{m}, Fields: c.Key}
}

func remove(sel connectors.Selection) connectors.Treatment {
	return connectors.Treatment{ID: "del", Verb: connectors.Delete, On: sel, AtMost: 1 << 30}
}

func hold(sel connectors.Selection) connectors.Treatment {
	return connectors.Treatment{ID: "hold", Verb: connectors.Block, Method: methodMove, Mark: "r1", On: sel, AtMost: 100}
}

func lift(sel connectors.Selection) connectors.Treatment {
	t := hold(sel)
	t.ID, t.Verb = "lift", connectors.Release
	return t
}

// bucket is a test's own, and a store of it.
type bucket struct {
	servers.Bucket
	*store
}

func newBucket(t testing.TB, kind servers.BucketKind) bucket {
	t.Helper()
	b := servers.S3(t, kind)
	return bucket{b, open(t, b.Settings())}
}

func open(t testing.TB, settings map[string]string) *store {
	t.Helper()
	s, err := Connector{}.Open(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.(*store)
}

func (b bucket) put(t testing.TB, key, content string) {
	t.Helper()
	_, err := b.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b.Name, Key: &key, Body: strings.NewReader(content), ContentType: aws.String("text/x-test"),
		Metadata: map[string]string{"of": "the house"}, Tagging: aws.String("kind=a%20b&x=1")})
	if err != nil {
		t.Fatal(err)
	}
}

// contents are those of every version of every key but the connector's own, the oldest first; a delete marker is †.
func (b bucket) contents(t testing.TB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := b.list(t.Context(), "", func(i item) (bool, error) {
		if strings.HasPrefix(i.key, objects.OwnPrefix) {
			return true, nil
		}
		for _, v := range slices.Backward(i.versions) {
			content := "†"
			if !v.marker {
				content = b.read(t, i.key, v)
			}
			out[i.key] = append(out[i.key], content)
		}
		return true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// kept is every byte of every version below the closed prefix.
func (b bucket) kept(t testing.TB) string {
	t.Helper()
	var out bytes.Buffer
	err := b.list(t.Context(), heldPrefix, func(i item) (bool, error) {
		for _, v := range i.versions {
			if !v.marker {
				out.WriteString(b.read(t, i.key, v))
			}
		}
		return true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func (b bucket) read(t testing.TB, key string, v version) string {
	t.Helper()
	o, err := b.open(t.Context(), key, v)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Body.Close()
	content, err := io.ReadAll(o.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func (b bucket) apply(t testing.TB, changed int64, do ...connectors.Treatment) {
	t.Helper()
	out, err := b.Apply(t.Context(), do, connectors.ApplyOptions{Confirm: yes})
	n := int64(0)
	for _, o := range out {
		n += o.Changed
	}
	if err != nil || n != changed {
		t.Fatalf("%+v, %v; want %d changed", out, err, changed)
	}
}

func (b bucket) count(t testing.TB, want int64, sel connectors.Selection) {
	t.Helper()
	got, err := b.Count(t.Context(), []connectors.Selection{sel})
	if err != nil || got[0].Total != want {
		t.Fatalf("%+v, %v; want %d rows", got, err, want)
	}
}
