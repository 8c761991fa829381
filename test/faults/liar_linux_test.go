package faults

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/s3"
)

// orders is a file in the folder for temporary files that says how a connector lies. Without it, it is a good one.
const orders = "orders"

func order() string {
	text, _ := os.ReadFile(filepath.Join(os.TempDir(), orders))
	return string(text)
}

// liar is the connector s3 until it has orders.
type liar struct{ s3.Connector }

func (l liar) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	inner, err := l.Connector.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	w, _ := connectors.As[connectors.Writer](inner)
	client := awss3.New(awss3.Options{BaseEndpoint: aws.String(config["endpoint"]), Region: "us-east-1", UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(config["access_key_id"], config["secret_access_key"], "")})
	return &lie{Store: inner, writer: w, client: client, bucket: config["bucket"], kept: map[string][]byte{}}, nil
}

type lie struct {
	connectors.Store
	writer  connectors.Writer
	client  *awss3.Client
	bucket  string
	applied []connectors.Treatment // what it said it had done
	kept    map[string][]byte      // objects as they were
}

// Unwrap leads on to what the store can do beside.
func (l *lie) Unwrap() any { return l.Store }

// Apply follows orders.
func (l *lie) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	how, with, _ := strings.Cut(order(), " ")
	switch how {
	case "":
		return l.writer.Apply(ctx, do, opt)
	case "nothing", "blind", "late": // is done; the counts are right
		l.applied = do
		return l.claim(ctx, do, opt)
	case "skip": // a collection, and say that it was done
		skips := func(t connectors.Treatment) bool { return t.On.Collection.Name == with }
		out, err := l.writer.Apply(ctx, slices.DeleteFunc(slices.Clone(do), skips), opt)
		if err != nil {
			return out, err
		}
		claimed, err := l.claim(ctx, slices.DeleteFunc(slices.Clone(do), func(t connectors.Treatment) bool { return !skips(t) }), opt)
		return append(out, claimed...), err
	case "back": // put back, when all has been looked at
		for _, key := range []string{"letters/C-2/2001-02-03-a.txt", march + ".csv"} {
			text, err := l.read(ctx, key)
			if err != nil {
				return nil, err
			}
			l.kept[key] = text
		}
	}
	out, err := l.writer.Apply(ctx, do, opt)
	if key, edit, ok := strings.Cut(with, " "); how == "edit" && ok && err == nil { // an object beside the work
		var text []byte
		if text, err = l.read(ctx, key); err == nil {
			old, fresh, _ := strings.Cut(edit, "→")
			err = l.write(ctx, key, bytes.Replace(text, []byte(old), []byte(fresh), 1))
		}
	}
	return out, err
}

// claim says that treatments were done, with the counts and keys they would have had.
func (l *lie) claim(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	var out []connectors.Outcome
	for _, t := range do {
		o := connectors.Outcome{ID: t.ID, ByPerson: map[int]int64{}}
		if len(t.Capture) > 0 {
			o.LinkKeys = &connectors.Keys{Fields: t.Capture}
		}
		sel := t.On
		sel.Fields = t.Capture
		err := connectors.Each(ctx, l.Store, sel, func(person int, row []any) error {
			o.Changed++
			o.ByPerson[person]++
			if o.LinkKeys != nil {
				o.LinkKeys.Tuples = append(o.LinkKeys.Tuples, connectors.Tuple{Person: person, Values: slices.Clone(row)})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, opt.Confirm(ctx, out)
}

// Close does what should have been done long before, or undoes what was.
func (l *lie) Close() error {
	ctx := context.Background()
	if how := order(); how == "late" && l.applied != nil {
		_, _ = l.writer.Apply(ctx, l.applied, connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }})
	}
	for key, text := range l.kept {
		_ = l.write(ctx, key, text)
	}
	return l.Store.Close()
}

// Locate does not see the second member where it said that it had been done.
func (l *lie) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if l.applied == nil || order() == "nothing" {
		return l.Store.Locate(ctx, sel, out)
	}
	sel.Fields = append(slices.Clip(sel.Fields), "member_no")
	return connectors.Each(ctx, l.Store, sel, func(person int, row []any) error {
		if n := len(row) - 1; row[n] != "C-2" {
			return out.Add(person, row[:n]...)
		}
		return nil
	})
}

// Count counts what Locate sees.
func (l *lie) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	out := make([]connectors.Tally, len(sels))
	for i, sel := range sels {
		out[i].ByPerson = map[int]int64{}
		sel.Fields = sel.Collection.Key
		seen := map[string]bool{}
		err := connectors.Each(ctx, l, sel, func(person int, row []any) error {
			if id := (connectors.Tuple{Values: row}).ID(); !seen[id] {
				seen[id] = true
				out[i].Total++
			}
			out[i].ByPerson[person]++
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (l *lie) read(ctx context.Context, key string) ([]byte, error) {
	o, err := l.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: &l.bucket, Key: &key})
	if err != nil {
		return nil, err
	}
	defer o.Body.Close()
	return io.ReadAll(o.Body)
}

func (l *lie) write(ctx context.Context, key string, text []byte) error {
	_, err := l.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: &l.bucket, Key: &key, Body: bytes.NewReader(text)})
	return err
}
