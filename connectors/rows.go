package connectors

import (
	"context"
	"fmt"
)

// Batch is a run of rows on its way to a reader: values by position, in the order of Selection.Fields,
// and the index of the person each row was reached for.
type Batch struct {
	Persons []int
	Values  [][]any
	Bytes   int // about what it weighs
}

// BatchBytes is when a batch is handed on: about 256 KiB.
const BatchBytes = 256 << 10

// Rows is the way out of Locate: Add collects rows into batches and blocks while the reader is slow.
// Not safe for concurrent use.
type Rows struct {
	ctx   context.Context
	width int
	emit  func(Batch) error
	batch Batch
}

// NewRows hands batches of rows of width fields to emit.
func NewRows(ctx context.Context, width int, emit func(Batch) error) *Rows {
	return &Rows{ctx: ctx, width: width, emit: emit}
}

// Add gives one row, reached for person, its values in the order of Selection.Fields. An error means
// stop: the reader has gone, or the row is not of the contract.
func (r *Rows) Add(person int, values ...any) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if len(values) != r.width {
		return fmt.Errorf("a row of %d values where %d fields were asked for", len(values), r.width)
	}
	r.batch.Bytes += 8
	for _, v := range values {
		if err := Check(v); err != nil {
			return err
		}
		r.batch.Bytes += weigh(v)
	}
	r.batch.Persons = append(r.batch.Persons, person)
	r.batch.Values = append(r.batch.Values, values)
	if r.batch.Bytes >= BatchBytes {
		return r.Flush()
	}
	return nil
}

// Flush hands on what is collected. The caller of Locate flushes; a connector need not.
func (r *Rows) Flush() error {
	if len(r.batch.Values) == 0 {
		return nil
	}
	b := r.batch
	r.batch = Batch{}
	return r.emit(b)
}

func weigh(v any) int {
	switch x := v.(type) {
	case string:
		return len(x) + 4
	case []byte:
		return len(x) + 4
	case Decimal:
		return len(x) + 4
	case JSON:
		return len(x) + 4
	case Blob:
		return len(x.ID) + len(x.Name) + 24
	}
	return 9
}

// Each runs Locate and calls f for every row, in order.
func Each(ctx context.Context, s Store, sel Selection, f func(person int, values []any) error) error {
	rows := NewRows(ctx, len(sel.Fields), func(b Batch) error {
		for i, v := range b.Values {
			if err := f(b.Persons[i], v); err != nil {
				return err
			}
		}
		return nil
	})
	if err := s.Locate(ctx, sel, rows); err != nil {
		return err
	}
	return rows.Flush()
}
