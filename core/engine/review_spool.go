package engine

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
)

// A spool holds the rows of one collection as somebody is to review them, with their documents: what was looked at is what leaves, whatever
// an application writes meanwhile. It is a stream of rows, each followed by the documents in it, chunk by chunk, sealed under a key
// that lies sealed with the request.

// spoolRow is one row: the values of the spool's fields in their order. A value that is missing is in none of the two.
type spoolRow struct {
	Values map[int]any
	Blobs  map[int]connectors.Blob // whose content follows, by field
}

// spoolHead begins a spool.
type spoolHead struct{ Fields []string }

// chunkSize is how much of a document one message holds.
const chunkSize = 256 << 10

func spoolPart(request, name string) keys.Part {
	return keys.Part{Owner: request, Name: "spool/" + name}
}

// spoolWriter writes one.
type spoolWriter struct {
	file   *os.File
	sealed io.WriteCloser
	buf    *bufio.Writer
	enc    *gob.Encoder
}

func newSpool(path string, to age.Recipient, fields []string) (*spoolWriter, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, errors.New("the folder for archives cannot be written")
	}
	w := &spoolWriter{file: f}
	if w.sealed, err = archive.Seal(f, to); err != nil {
		_ = f.Close()
		return nil, err
	}
	w.buf = bufio.NewWriterSize(w.sealed, 64<<10)
	w.enc = gob.NewEncoder(w.buf)
	return w, w.enc.Encode(spoolHead{fields})
}

// row adds a row; its documents are read at once.
func (w *spoolWriter) row(ctx context.Context, values []any, blobs connectors.BlobOpener) error {
	r := spoolRow{Values: map[int]any{}, Blobs: map[int]connectors.Blob{}}
	var order []int
	for i, v := range values {
		switch x := v.(type) {
		case nil:
		case connectors.Blob:
			r.Blobs[i] = x
			order = append(order, i)
		default:
			r.Values[i] = v
		}
	}
	if err := w.enc.Encode(r); err != nil {
		return err
	}
	for _, i := range order {
		if err := w.document(ctx, r.Blobs[i], blobs); err != nil {
			return err
		}
	}
	return nil
}

// document copies one, and ends it with an empty chunk.
func (w *spoolWriter) document(ctx context.Context, b connectors.Blob, blobs connectors.BlobOpener) error {
	if blobs == nil {
		return connectors.ErrNotSupported
	}
	in, err := blobs.OpenBlob(ctx, b)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	chunk := make([]byte, chunkSize)
	for {
		n, err := io.ReadFull(in, chunk)
		if n > 0 {
			if err := w.enc.Encode(chunk[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return w.enc.Encode([]byte{})
		}
		if err != nil {
			return err
		}
	}
}

func (w *spoolWriter) close() error {
	err := errors.Join(w.buf.Flush(), w.sealed.Close())
	if err == nil {
		err = w.file.Sync()
	}
	return errors.Join(err, w.file.Close())
}

// abandon gives up a spool that is not whole.
func (w *spoolWriter) abandon() {
	_ = w.file.Close()
	_ = os.Remove(w.file.Name())
}

// spoolReader reads one.
type spoolReader struct {
	spoolHead
	file *os.File
	dec  *gob.Decoder
	rest []int   // documents of the current row nobody asked for yet
	now  *chunks // the one that is being read
}

// openSpool opens the spool of that name.
func (e *Engine) openSpool(ctx context.Context, o *open, name string) (*spoolReader, error) {
	part, err := read(ctx, e, func(tx *state.Tx) ([]byte, error) { return tx.Part(o.ID, "spool/"+name) })
	if err != nil {
		return nil, fmt.Errorf("what was to be reviewed of %s is not there any more: %w", o.ID, err)
	}
	text, err := o.Key.Open(spoolPart(o.ID, name), part)
	if err != nil {
		return nil, err
	}
	identity, err := age.ParseX25519Identity(string(text))
	if err != nil {
		return nil, fmt.Errorf("the key of what was to be reviewed of %s cannot be read", o.ID)
	}
	f, err := os.Open(e.spoolPath(o.ID, name))
	if err != nil {
		return nil, fmt.Errorf("what was to be reviewed of %s is not in its folder any more", o.ID)
	}
	plain, err := age.Decrypt(f, identity)
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("what was to be reviewed of %s cannot be opened", o.ID)
	}
	r := &spoolReader{file: f, dec: gob.NewDecoder(bufio.NewReaderSize(plain, 64<<10))}
	if err := r.dec.Decode(&r.spoolHead); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("what was to be reviewed of %s cannot be read", o.ID)
	}
	return r, nil
}

func (r *spoolReader) close() { _ = r.file.Close() }

// each gives every row. open reads the document in one field; documents are read in the order of their fields, each at most once and
// before f returns.
func (r *spoolReader) each(f func(values []any, open func(field int) (io.Reader, error)) error) error {
	for {
		var row spoolRow
		err := r.dec.Decode(&row)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New("what was to be reviewed cannot be read to its end")
		}
		values := make([]any, len(r.Fields))
		for i := range r.Fields {
			if v, ok := row.Values[i]; ok {
				values[i] = v
			}
			if b, ok := row.Blobs[i]; ok {
				values[i] = b
				r.rest = append(r.rest, i)
			}
		}
		if err := f(values, r.document); err != nil {
			return err
		}
		for len(r.rest) > 0 || r.now != nil {
			if err := r.pass(); err != nil {
				return err
			}
		}
	}
}

// document is the content of one field of the current row; those before it are passed over.
func (r *spoolReader) document(field int) (io.Reader, error) {
	for r.now != nil || len(r.rest) > 0 && r.rest[0] != field {
		if err := r.pass(); err != nil {
			return nil, err
		}
	}
	if len(r.rest) == 0 {
		return nil, errors.New("a document is read twice, or out of its turn")
	}
	r.rest, r.now = r.rest[1:], &chunks{from: r}
	return r.now, nil
}

// pass goes on behind the document that is read now, or the next.
func (r *spoolReader) pass() error {
	if r.now == nil {
		r.rest, r.now = r.rest[1:], &chunks{from: r}
	}
	_, err := io.Copy(io.Discard, r.now)
	return err
}

// chunks reads one document.
type chunks struct {
	from *spoolReader
	rest []byte
	over bool
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.over {
		return 0, io.EOF
	}
	if len(c.rest) == 0 {
		c.rest = nil
		if err := c.from.dec.Decode(&c.rest); err != nil {
			return 0, errors.New("a document to be reviewed cannot be read to its end")
		}
		if len(c.rest) == 0 {
			c.over, c.from.now = true, nil
			return 0, io.EOF
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
