package rowfile

import (
	"fmt"
	"io"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Layout is a file of rows as it stands, piece by piece, and what is held of it in the places where it belongs.
type Layout struct {
	pieces []piece // without what they are made of
	tokens []token
	isNew  []bool // pieces that were not there, or otherwise, when rows were last taken out or put back
	gaps   []int  // for each held row, the piece before which it belongs; len(pieces): at the end
	code   Codec
	Bones  *Skeleton // the pieces and the held rows together; the drawer's rows point into it
}

// LayOut reads a file and finds out where the held rows, which it changes to match, belong in it. Each goes with the
// nearest of its neighbours that are still there, behind the one before it if both are as near.
func LayOut(code Codec, r io.Reader, d *Kept) (*Layout, error) {
	was := d.Bones
	l := &Layout{code: code, Bones: newSkeleton()}
	if was != nil {
		l.Bones.Salt = was.Salt
	} else {
		was = &Skeleton{}
	}
	err := code.pieces(r, func(p piece) error {
		l.tokens = append(l.tokens, l.Bones.token(p))
		p.sep, p.seen = nil, nil
		l.pieces = append(l.pieces, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	l.gaps = make([]int, len(d.Rows))
	found := l.match(was, d)
	l.seek(was, d, found)
	l.merge(was, d, found)
	d.Bones = l.Bones
	return l, nil
}

// match gives, for each token of the skeleton, the piece it is now, or -1: for those that are held, too.
func (l *Layout) match(was *Skeleton, d *Kept) []int {
	out := make([]int, len(was.tokens))
	var seen []token
	var at []int
	held := 0
	for i, t := range was.tokens {
		out[i] = -1
		if held < len(d.Rows) && d.Rows[held].Token == i {
			held++
			continue
		}
		seen, at = append(seen, t), append(at, i)
	}
	for i, j := range align(seen, l.tokens) {
		out[at[i]] = j
	}
	for _, k := range []kind{opening, closing} { // one array is itself, whatever stands around it
		isKind := func(t token) bool { return t.kind == k }
		i, j := slices.IndexFunc(was.tokens, isKind), slices.IndexFunc(l.tokens, isKind)
		if i >= 0 && j >= 0 && !slices.ContainsFunc(was.tokens[i+1:], isKind) && !slices.ContainsFunc(l.tokens[j+1:], isKind) {
			out[i] = j
		}
	}
	return out
}

// seek finds the place of each held row.
func (l *Layout) seek(was *Skeleton, d *Kept, found []int) {
	const none = -1
	before := make([]int, len(d.Rows)) // the token before it, in its array, that is still there
	array := make([]int, len(d.Rows))  // the bracket that opens its array
	last, open, h := none, none, 0
	for i, t := range was.tokens {
		if t.kind == opening {
			last, open = none, i
		}
		if h < len(d.Rows) && d.Rows[h].Token == i {
			before[h], array[h] = last, open
			h++
		} else if found[i] >= 0 {
			last = i
		}
		if t.kind == closing {
			last, open = none, none
		}
	}
	last, h = none, len(d.Rows)-1
	for i := len(was.tokens) - 1; i >= 0; i-- {
		if was.tokens[i].kind == closing {
			last = none
		}
		if h >= 0 && d.Rows[h].Token == i {
			l.choose(&d.Rows[h], h, before[h], last, len(was.tokens) == len(d.Rows), found)
			if a := array[h]; !d.Rows[h].Adrift && a >= 0 && !l.inside(l.gaps[h], found[a]) {
				d.Rows[h].Adrift = true
			}
			h--
		} else if found[i] >= 0 {
			last = i
		}
		if was.tokens[i].kind == opening {
			last = none
		}
	}
	for i := range d.Rows { // what has no place keeps its place among the held
		if d.Rows[i].Adrift {
			l.gaps[i] = 0
			if i > 0 {
				l.gaps[i] = l.gaps[i-1]
			}
		}
	}
}

func (l *Layout) choose(r *HeldRow, h, before, after int, alone bool, found []int) {
	switch {
	case r.Adrift:
	case len(l.pieces) == 0 || alone && before < 0 && after < 0: // all of the file was held: what is there now came later
	case before < 0 && after < 0:
		r.Adrift = true
	case after < 0 || before >= 0 && r.Token-before <= after-r.Token:
		l.gaps[h] = found[before] + 1
	default:
		l.gaps[h] = found[after]
	}
}

// inside says whether a place lies in an array, and in the one that piece opens, unless that is -1.
func (l *Layout) inside(gap, opens int) bool {
	for i := gap - 1; i >= 0; i-- {
		switch l.tokens[i].kind {
		case opening:
			return opens < 0 || opens == i
		case closing:
			return false
		}
	}
	return false
}

// merge joins pieces and held rows into a new skeleton. What stood before the first row of an array, or before its end, while
// rows that are held stood there too, is taken over from the old one.
func (l *Layout) merge(was *Skeleton, d *Kept, found []int) {
	back := make(map[int]int, len(found))
	for i, j := range found {
		if j >= 0 {
			back[j] = i
		}
	}
	l.isNew = make([]bool, len(l.tokens))
	h := 0
	for k := 0; k <= len(l.tokens); k++ {
		for ; h < len(d.Rows) && l.gaps[h] <= k; h++ {
			t := was.tokens[d.Rows[h].Token]
			d.Rows[h].Token = len(l.Bones.tokens)
			l.Bones.tokens = append(l.Bones.tokens, t)
		}
		if k == len(l.tokens) {
			break
		}
		t := l.tokens[k]
		i, ok := back[k]
		l.isNew[k] = !ok
		if ok && k > 0 && l.tokens[k-1].kind == opening && (t.kind == closing || comma(was.tokens[i].sep)) {
			t.sep = was.tokens[i].sep
		}
		l.Bones.tokens = append(l.Bones.tokens, t)
	}
}

// TakeOut holds rows of the file: by their numbers, in ascending order.
func (l *Layout) TakeOut(d *Kept, r io.ReaderAt, rows map[int64]HeldRow) error {
	var out []HeldRow
	var raws map[int64][]byte
	if p, ok := l.code.(*parquetFile); ok {
		var err error
		if raws, err = p.raws(r, d, rows); err != nil {
			return err
		}
	}
	n, h, k := int64(0), 0, 0
	for i, t := range l.Bones.tokens {
		if h < len(d.Rows) && d.Rows[h].Token == i {
			out = append(out, d.Rows[h])
			h++
			continue
		}
		p := l.pieces[k]
		k++
		if t.kind != rowPiece {
			continue
		}
		n++
		if row, ok := rows[n]; ok {
			row.Token = i
			if raws != nil {
				row.Raw = raws[n]
			} else {
				row.Raw = make([]byte, p.To-p.body)
				if _, err := r.ReadAt(row.Raw, p.body); err != nil {
					return err
				}
			}
			out = append(out, row)
		}
	}
	d.Rows = out
	return nil
}

// Remove takes held rows away for good.
func (d *Kept) Remove(gone func(HeldRow) bool) {
	var tokens []token
	var rows []HeldRow
	h, carry, carried := 0, "", false
	for i, t := range d.Bones.tokens {
		if h < len(d.Rows) && d.Rows[h].Token == i {
			row := d.Rows[h]
			h++
			if gone(row) {
				if !carried && !comma(t.sep) { // the first keeps the space before the first
					carry, carried = t.sep, true
				}
				continue
			}
			row.Token = len(tokens)
			rows = append(rows, row)
		}
		if carried && t.kind == rowPiece {
			t.sep = carry
		}
		carried = false
		tokens = append(tokens, t)
	}
	d.Rows, d.Bones.tokens = rows, tokens
}

// ErrAdrift is the answer where a held row has no place in its file any more.
var ErrAdrift = fmt.Errorf("%w: nothing that stood around a held row is there any more", connectors.ErrConflict)
