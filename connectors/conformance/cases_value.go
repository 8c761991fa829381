package conformance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// valueCases ask for each kind of value by itself, so that a failure names the kind.
func valueCases() []Case {
	var out []Case
	for _, v := range []struct {
		name, field string
		likely      string
	}{
		{"whole-numbers", "whole", "A whole number beyond 2^53 went through a float."},
		{"decimals", "exact", "A decimal went through a float; give it as connectors.Decimal, or as the text it is stored as."},
		{"floats", "ratio", "A float is given as float64, or as the shortest text that reads back the same."},
		{"booleans", "yes", "A boolean is given as bool; a store without one gives 1 and 0."},
		{"instants", "at", "An instant is given as time.Time, or as ISO 8601 text with its zone."},
		{"bytes", "raw", "Bytes are given as []byte and not read as text."},
		{"nested", "nested", "Nested values are given as connectors.JSON, as they are stored."},
		{"texts", "text", "A text comes back as it was: no trimming, no NULL for the empty text, no change of letters or line ends."},
	} {
		out = append(out, Case{Group: "find", Name: v.name, Anchor: "values", Rule: "a value comes back as it was stored", Needs: []string{"values." + v.field},
			Run: func(ctx context.Context, b *Bench) error { return b.value(ctx, v.field, v.likely) }})
	}
	return out
}

func (b *Bench) value(ctx context.Context, field, likely string) error {
	sel := b.all("values")
	sel.Fields = []string{field}
	for i := range sel.Any[0].Values {
		sel.Any[0].Values[i].Person = i
	}
	return b.agrees(ctx, sel, likely)
}

func document(ctx context.Context, b *Bench) error {
	open, _ := connectors.As[connectors.BlobOpener](b.Store)
	by := b.Lookup("docs")
	for _, row := range b.Rows("docs") {
		sel := b.ask("docs", by, row[by])
		sel.Fields = []string{connectors.DocumentField}
		got, err := b.locate(ctx, sel)
		if err != nil {
			return fmt.Errorf("locate: %w", err)
		}
		likely := "Where Collection.Document is set, the field $document is a connectors.Blob that OpenBlob opens."
		if len(got) != 1 {
			return Fail(likely).Came("documents", "%d", len(got)).Want("1")
		}
		blob, ok := got[0].values[0].(connectors.Blob)
		if !ok {
			return Fail(likely).Came("$document", "%T", got[0].values[0]).Want("connectors.Blob")
		}
		if blob.Name == "" || strings.ContainsAny(blob.Name, `/\`) {
			return Fail("Name is a file name for the archive, without folders.").Came("name", "%q", blob.Name).Want("a file name")
		}
		want := row[connectors.DocumentField].([]byte)
		if blob.Size != -1 && blob.Size != int64(len(want)) {
			return Fail("Size is in bytes, -1 where it is not known.").Came("size", "%d", blob.Size).Want("%d", len(want))
		}
		content, err := read(ctx, open, blob)
		if err != nil {
			return err
		}
		if !bytes.Equal(content, want) {
			return Fail(likely).Came("content", "%d bytes", len(content)).Want("the %d bytes laid out", len(want))
		}
	}
	return nil
}

func read(ctx context.Context, open connectors.BlobOpener, b connectors.Blob) ([]byte, error) {
	r, err := open.OpenBlob(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read blob: %w", err)
	}
	return content, nil
}
