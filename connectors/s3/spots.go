package s3

import (
	"cmp"
	"iter"
	"slices"
)

// spots are those of the rows of one object, by their numbers. Rows are found in the order they stand in, so that the spots of a first treatment lie beside each
// other; what a later one finds between them lies apart.
type spots struct {
	runs  [][]spot // ascending; none is moved once it is there
	apart map[int64]*spot
}

const longestRun = 1024

// at gives the spot of a number, which is made where there is none.
func (l *spots) at(number int64) *spot {
	fresh := spot{number: number, row: number, more: untouched}
	n := len(l.runs) - 1
	if n >= 0 {
		last := l.runs[n]
		if end := last[len(last)-1].number; number <= end {
			return l.among(fresh)
		}
		if len(last) < cap(last) {
			l.runs[n] = append(last, fresh)
			return &l.runs[n][len(last)]
		}
		l.runs = append(l.runs, make([]spot, 0, min(2*cap(last), longestRun)))
	} else {
		l.runs = append(l.runs, make([]spot, 0, 1))
	}
	l.runs[n+1] = append(l.runs[n+1], fresh)
	return &l.runs[n+1][0]
}

// among looks for one that is not behind all others.
func (l *spots) among(fresh spot) *spot {
	r, _ := slices.BinarySearchFunc(l.runs, fresh.number, func(run []spot, n int64) int { return cmp.Compare(run[len(run)-1].number, n) })
	if i, there := slices.BinarySearchFunc(l.runs[r], fresh.number, func(s spot, n int64) int { return cmp.Compare(s.number, n) }); there {
		return &l.runs[r][i]
	}
	if l.apart == nil {
		l.apart = map[int64]*spot{}
	}
	if l.apart[fresh.number] == nil {
		l.apart[fresh.number] = &fresh
	}
	return l.apart[fresh.number]
}

func (l *spots) none() bool { return len(l.runs) == 0 }

// all are all of them, in no order.
func (l *spots) all() iter.Seq[*spot] {
	return func(yield func(*spot) bool) {
		for _, run := range l.runs {
			for i := range run {
				if !yield(&run[i]) {
					return
				}
			}
		}
		for _, s := range l.apart {
			if !yield(s) {
				return
			}
		}
	}
}
