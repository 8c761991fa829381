package parquet

import (
	"errors"
	"io"
)

// window reads a part of a file forwards, step by step, and holds what it read last.
type window struct {
	r    io.ReaderAt
	to   int64 // it does not read beyond
	step int64
	at   int64 // of buf
	buf  []byte
}

// maxStep is how much is read at a time of a column that is read from its beginning to its end.
const (
	maxStep  = 1 << 20
	jumpStep = 64 << 10
)

func newWindow(r io.ReaderAt, from, to int64) *window {
	return &window{r: r, to: to, step: min(to-from, maxStep), at: from}
}

// bytes gives n bytes from off, fewer where the part ends before; they stay valid.
func (w *window) bytes(off, n int64) ([]byte, error) {
	n = max(0, min(n, w.to-off))
	if off >= w.at && off+n <= w.at+int64(len(w.buf)) {
		return w.buf[off-w.at : off-w.at+n : off-w.at+n], nil
	}
	size := max(n, min(w.step, w.to-off))
	if off > w.at+int64(len(w.buf)) { // what lies between is passed over, and so will be what follows
		size = max(n, min(jumpStep, w.to-off))
	}
	var kept []byte
	if off >= w.at && off < w.at+int64(len(w.buf)) { // go on behind what is here
		kept = w.buf[off-w.at:]
	}
	fresh := make([]byte, size)
	got := copy(fresh, kept)
	m, err := w.r.ReadAt(fresh[got:], off+int64(got))
	if m < len(fresh)-got {
		if err == nil || errors.Is(err, io.EOF) {
			err = bad("it is shorter than it says")
		}
		return nil, err
	}
	w.at, w.buf = off, fresh
	return fresh[:n:n], nil
}
