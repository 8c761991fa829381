package archive

import (
	"bytes"
	"context"
	"fmt"
	"sync"
)

// Up to so many rows of a collection lie whole in dossier.json, and are shown on the page.
const (
	inlineRows  = 1000
	inlineBytes = 4 << 20 // rows heavier than that together are left to the files
	batchRows   = 256
	batchBytes  = 256 << 10
	cellBytes   = 4 << 10 // bytes above that become a file
)

// Table is a collection on its way into the package. Close it before the package is closed. Used by one goroutine.
type Table struct {
	b       *Builder
	info    TableInfo
	name    string // of its files
	columns []*column
	rows    int64

	csv, json  *part
	pend       [][]any
	weight     int
	toCSV      chan [][]any
	toJSON     chan [][]any
	encoders   sync.WaitGroup
	mu         sync.Mutex // of err
	err        error
	head       head
	closed     bool
	csvEntry   entry
	jsonEntry  entry
	pageRange  span
	indexRange span
}

type span struct{ off, n int64 }

// Table begins a collection. Tables stand in the package in the order of these calls.
func (b *Builder) Table(info TableInfo) (*Table, error) {
	if len(info.Fields) == 0 {
		return nil, fmt.Errorf("the collection %q has no fields", info.Label)
	}
	t := &Table{b: b, info: info, columns: newColumns(info.Fields), toCSV: make(chan [][]any, 2), toJSON: make(chan [][]any, 2)}
	var err error
	if t.csv, err = b.newPart(); err != nil {
		return nil, err
	}
	if t.json, err = b.newPart(); err != nil {
		return nil, err
	}
	t.head = head{words: b.words, columns: t.columns}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.usable(); err != nil {
		return nil, err
	}
	t.name = b.paths.unique(slug(info.Label, '-', 50, "data"), "-")
	b.tables = append(b.tables, t)
	t.encoders.Add(2)
	go t.encodeCSV()
	go t.encodeJSON()
	return t, nil
}

// Row adds one row, its values in the order of the fields. The values belong to the package from then on.
func (t *Table) Row(ctx context.Context, values ...any) error {
	return t.Rows(ctx, [][]any{values})
}

// Rows adds rows, and blocks while the encoders are behind. The rows belong to the package from then on. A
// [Blob] is read before Rows returns.
func (t *Table) Rows(ctx context.Context, rows [][]any) error {
	for _, values := range rows {
		if err := t.take(ctx, values); err != nil {
			return t.spoil(err)
		}
		t.pend = append(t.pend, values)
		if len(t.pend) >= batchRows || t.weight >= batchBytes {
			if err := t.flush(ctx); err != nil {
				return t.spoil(err)
			}
		}
	}
	return nil
}

// take checks a row and turns what does not fit a cell into files.
func (t *Table) take(ctx context.Context, values []any) error {
	if t.closed {
		return fmt.Errorf("the collection %q is closed", t.info.Label)
	}
	if len(values) != len(t.columns) {
		return fmt.Errorf("a row of %d values where the collection %q has %d fields", len(values), t.info.Label, len(t.columns))
	}
	t.rows++
	for i, v := range values {
		c := t.columns[i]
		switch x := v.(type) {
		case Blob:
			path, err := t.b.blob(ctx, t, c, x)
			if err != nil {
				return err
			}
			values[i] = inFile(path)
		case []byte:
			if c.companion != "" && len(x) > cellBytes {
				path, err := t.b.bytes(ctx, t, c, x)
				if err != nil {
					return err
				}
				values[i] = inFile(path)
			}
		default:
			if !known(v) {
				return fmt.Errorf("field %q of the collection %q: a value of Go type %T cannot be written", c.name, t.info.Label, v)
			}
		}
		t.weight += weigh(values[i])
	}
	return nil
}

func (t *Table) flush(ctx context.Context) error {
	if err := t.failure(); err != nil {
		return err
	}
	if len(t.pend) == 0 {
		return nil
	}
	batch := t.pend
	t.pend, t.weight = make([][]any, 0, batchRows), 0
	for _, to := range []chan [][]any{t.toCSV, t.toJSON} {
		select {
		case to <- batch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (t *Table) encodeCSV() {
	defer t.encoders.Done()
	enc := &csvRows{columns: t.columns}
	buf := enc.header(nil)
	for batch := range t.toCSV {
		for _, row := range batch {
			buf = enc.row(buf, row)
		}
		t.write(t.csv, buf)
		buf = buf[:0]
	}
	t.write(t.csv, buf)
	t.note(t.csv.finish())
}

func (t *Table) encodeJSON() {
	defer t.encoders.Done()
	enc := newJSONRows(t.columns)
	var buf []byte
	sep := "[\n"
	for batch := range t.toJSON {
		for _, row := range batch {
			buf = append(buf, sep...)
			from := len(buf)
			buf = enc.row(buf, row)
			t.head.add(row, buf[from:])
			sep = ",\n"
		}
		t.write(t.json, buf)
		buf = buf[:0]
	}
	if sep == "[\n" {
		buf = append(buf, '[')
	}
	t.write(t.json, append(buf, "\n]\n"...))
	t.note(t.json.finish())
}

// write goes on after an error without writing, so that the channel is emptied.
func (t *Table) write(p *part, buf []byte) {
	if t.failure() == nil {
		_, err := p.Write(buf)
		t.note(err)
	}
}

func (t *Table) note(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
}

func (t *Table) failure() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// spoil makes err the package's.
func (t *Table) spoil(err error) error {
	t.note(err)
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	return t.b.fail(err)
}

// Close ends the collection and writes its files into the package. Closing twice is harmless.
func (t *Table) Close() error {
	if t.closed {
		return t.failure()
	}
	err := t.flush(context.Background())
	t.stop()
	defer t.drop()
	if err == nil {
		err = t.failure()
	}
	if err != nil {
		return t.spoil(noSpace(err))
	}
	b := t.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if err = b.usable(); err == nil {
		err = b.fail(t.settle())
	}
	t.note(err)
	return err
}

// stop ends the encoders.
func (t *Table) stop() {
	t.closed = true
	close(t.toCSV)
	close(t.toJSON)
	t.encoders.Wait()
}

// drop frees what the table held for its files.
func (t *Table) drop() {
	_ = t.csv.spool.close()
	_ = t.json.spool.close()
	t.head = head{}
}

// abandon ends an open table without writing it.
func (t *Table) abandon() {
	if !t.closed {
		t.note(errGivenUp)
		t.stop()
		t.drop()
	}
}

// settle writes the finished table; the builder's mu is held.
func (t *Table) settle() (err error) {
	b := t.b
	if t.csvEntry, err = t.csv.copyInto(b.z, "data/"+t.name+".csv", b.at); err != nil {
		return err
	}
	if t.jsonEntry, err = t.json.copyInto(b.z, "data/"+t.name+".json", b.at); err != nil {
		return err
	}
	b.entries = append(b.entries, t.csvEntry, t.jsonEntry)
	var section, collection bytes.Buffer
	if err := b.words.tablePage(&section, t); err != nil {
		return err
	}
	if err := writeCollection(&collection, t); err != nil {
		return err
	}
	if t.pageRange, err = stash(b.page, section.Bytes()); err != nil {
		return err
	}
	t.indexRange, err = stash(b.index, collection.Bytes())
	return err
}

func stash(s *spool, p []byte) (span, error) {
	at := span{off: s.size(), n: int64(len(p))}
	_, err := s.Write(p)
	return at, err
}
