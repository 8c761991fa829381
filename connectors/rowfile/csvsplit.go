package rowfile

import (
	"bufio"
	"errors"
	"io"
)

// csvSplitter cuts a csv file into records and cells without changing a byte of them. Records end with LF
// or CR LF, quoted cells may hold both (RFC 4180). A quote inside an unquoted cell is an ordinary character;
// text behind a closing quote, and a quote never closed, are errors: guessing where a row ends
// could take a neighbour's with it.
type csvSplitter struct {
	in    *bufio.Reader
	delim byte
	raw   []byte // the record with its line end
	cells []cell
	eol   int // length of the line end
}

// cell is where a cell stands in the record, quotes included.
type cell struct {
	start, end int
	quoted     bool
}

type csvState int

const (
	cellStart csvState = iota
	unquoted
	quoted
	afterQuote
)

// next reads a record; io.EOF after the last.
func (s *csvSplitter) next() error {
	s.raw, s.cells, s.eol = s.raw[:0], s.cells[:0], 0
	state, start, at := cellStart, 0, 0
	end := func(i int) {
		s.cells = append(s.cells, cell{start, i, state == afterQuote})
		start, state = i+1, cellStart
	}
	for {
		piece, err := s.in.ReadSlice('\n')
		s.raw = append(s.raw, piece...)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if len(s.raw) > maxRow {
			return &Malformed{what: "longer than 16 MiB; is a quote not closed?"}
		}
		for ; at < len(s.raw); at++ {
			c := s.raw[at]
			switch {
			case state == quoted:
				if c == '"' {
					state = afterQuote
				}
			case c == '\n':
				s.eol = 1
				if at > start && s.raw[at-1] == '\r' {
					s.eol = 2
				}
				end(at + 1 - s.eol)
				return nil
			case c == s.delim:
				if state == afterQuote && s.raw[at-1] == '\r' {
					return &Malformed{what: "text behind a closing quote"}
				}
				end(at)
			case state == afterQuote && c == '"' && s.raw[at-1] == '"':
				state = quoted
			case state == afterQuote && c == '\r' && s.raw[at-1] == '"': // part of the line end, or the next byte says that it is not
			case state == afterQuote:
				return &Malformed{what: "text behind a closing quote"}
			case state == cellStart && c == '"':
				state = quoted
			default:
				state = unquoted
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
	}
	switch {
	case len(s.raw) == 0:
		return io.EOF
	case state == quoted:
		return &Malformed{what: "a quote is not closed"}
	}
	if n := len(s.raw); n > start && s.raw[n-1] == '\r' {
		s.eol = 1
	}
	end(len(s.raw) - s.eol)
	return nil
}

// blank says whether the record is an empty line: no row.
func (s *csvSplitter) blank() bool { return len(s.raw) == s.eol }
