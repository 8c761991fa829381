package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/parquet-go/parquet-go"
)

// lakeKind is what the objects of a lake are.
type lakeKind struct {
	name, format, at string
	fewer            int // than there are JSON objects
	key              func(i int) string
	make             func(i int) ([]byte, error)
	without          func(body []byte, who thousand) (rest []byte, changed bool, err error) // by hand
	rows             func(body []byte, who thousand) (string, error)                        // what it holds; an error where somebody is there who was erased
}

type measure struct {
	Who   string  `parquet:"who,dict" json:"who"`
	At    int64   `parquet:"at,delta" json:"at"`
	Value float64 `parquet:"value" json:"value"`
	Note  string  `parquet:"note" json:"note"`
}

// measures are the rows of an object: of anybody, the same for the same i.
func measures(i, n int) []measure {
	r := rand.New(rand.NewPCG(1, uint64(i)))
	out := make([]measure, n)
	for k := range out {
		out[k] = measure{Who: fmt.Sprintf("P-%d", r.IntN(lakePersons)), At: int64(i)*1_000_000 + int64(k)*60, Value: r.Float64(), Note: fmt.Sprintf("reading %d of meter %d", k, r.IntN(1000))}
	}
	return out
}

var jsonLake = lakeKind{name: "json", format: "jsonl", at: "days/{day}.jsonl", fewer: 1,
	key: func(i int) string { return fmt.Sprintf("days/%06d.jsonl", i) },
	make: func(i int) ([]byte, error) {
		var b bytes.Buffer
		for _, m := range measures(i, linesEach) {
			if err := json.NewEncoder(&b).Encode(m); err != nil {
				return nil, err
			}
		}
		return b.Bytes(), nil
	},
	without: func(body []byte, who thousand) ([]byte, bool, error) {
		out := make([]byte, 0, len(body))
		for line := range bytes.Lines(body) {
			var m struct{ Who string }
			if err := json.Unmarshal(line, &m); err != nil {
				return nil, false, err
			}
			if !who.has(m.Who) {
				out = append(out, line...)
			}
		}
		return out, len(out) < len(body), nil
	},
	rows: func(body []byte, who thousand) (string, error) {
		for line := range bytes.Lines(body) {
			var m measure
			if err := json.Unmarshal(line, &m); err != nil || who.had(m.Who) {
				return "", fmt.Errorf("a row was left, or broken: %w", err)
			}
		}
		return string(body), nil
	},
}

var parquetLake = lakeKind{name: "parquet", format: "parquet", at: "months/{month}.parquet", fewer: 10,
	key:  func(i int) string { return fmt.Sprintf("months/%06d.parquet", i) },
	make: func(i int) ([]byte, error) { return asParquet(measures(i, measuresEach)) },
	without: func(body []byte, who thousand) ([]byte, bool, error) {
		rows, err := parquet.Read[measure](bytes.NewReader(body), int64(len(body)))
		if err != nil {
			return nil, false, err
		}
		kept := rows[:0]
		for _, m := range rows {
			if !who.has(m.Who) {
				kept = append(kept, m)
			}
		}
		if len(kept) == len(rows) {
			return nil, false, nil
		}
		out, err := asParquet(kept)
		return out, true, err
	},
	rows: func(body []byte, who thousand) (string, error) {
		rows, err := parquet.Read[measure](bytes.NewReader(body), int64(len(body)))
		for _, m := range rows {
			if who.had(m.Who) {
				return "", fmt.Errorf("a row was left")
			}
		}
		return fmt.Sprint(rows), err
	},
}

func asParquet(rows []measure) ([]byte, error) {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[measure](&b, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(measuresEach/4))
	if _, err := w.Write(rows); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

// eraseByHand is what one would write for it: each object is read, and written over itself where rows of it go.
func eraseByHand(ctx context.Context, l *lake, kind lakeKind, who thousand) error {
	return l.keys(ctx, func(ctx context.Context, key string) error {
		body, etag, err := l.get(ctx, key)
		if err != nil {
			return err
		}
		rest, changed, err := kind.without(body, who)
		if err != nil || !changed {
			return err
		}
		_, err = l.Client.PutObject(ctx, &awss3.PutObjectInput{Bucket: &l.Name, Key: &key, Body: bytes.NewReader(rest), IfMatch: etag})
		return err
	})
}
