package rowfile

import (
	"bufio"
	"crypto/sha256"
	"hash"
	"io"
)

// jsonSpot follows a pass that changes nothing: what has been copied is what has been read.
type jsonSpot struct {
	see    func(piece) error
	at     Counter
	before hash.Hash // of what was copied since the last array of rows
}

func (j *jsonArray) pieces(r io.Reader, see func(piece) error) error {
	spot := &jsonSpot{see: see, before: sha256.New()}
	p := &jsonPass{in: buffered(r), out: bufio.NewWriterSize(io.MultiWriter(&spot.at, spot.before), room(r)), spot: spot,
		ask: func(Record) (Change, error) { return Change{}, nil }}
	return j.run(p)
}

// here is the offset of what comes next.
func (p *jsonPass) here() int64 { return int64(p.spot.at) + int64(p.out.Buffered()) }

// opened tells of an array of rows, of which the bracket has been copied.
func (p *jsonPass) opened() error {
	if p.spot == nil {
		return nil
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	at := p.here()
	return p.spot.see(piece{kind: opening, from: at, body: at, To: at, seen: p.spot.before.Sum(nil)})
}

func (p *jsonPass) row(before, body []byte) error {
	if p.spot == nil {
		return nil
	}
	at := p.here()
	return p.spot.see(piece{kind: rowPiece, from: at, body: at + int64(len(before)), To: at + int64(len(before)+len(body)), sep: before, seen: body})
}

// closed tells of the end of the array, of which the bracket has not yet been copied.
func (p *jsonPass) closed(before []byte) error {
	if p.spot == nil {
		return nil
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	p.spot.before.Reset()
	at := p.here()
	to := at + int64(len(before))
	return p.spot.see(piece{kind: closing, from: at, body: to, To: to, sep: before})
}

// Counter counts what is written.
type Counter int64

func (c *Counter) Write(p []byte) (int, error) {
	*c += Counter(len(p))
	return len(p), nil
}
