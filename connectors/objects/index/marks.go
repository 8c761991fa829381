package index

import (
	"encoding/binary"
	"slices"
)

// most is how many values of a column are remembered of one version; an object with more is always read.
const most = 1 << 20

// gathered are the marks of a column while its object is read.
type gathered struct {
	list []uint32
	next int // the length at which marks that came twice are taken out
	full bool
}

func (g *gathered) add(mark uint32) {
	if g.full {
		return
	}
	if g.list = append(g.list, mark); len(g.list) < max(g.next, 4096) {
		return
	}
	if g.tidy(); len(g.list) > most {
		g.full, g.list = true, nil
	}
	g.next = 2 * len(g.list)
}

func (g *gathered) tidy() {
	slices.Sort(g.list)
	g.list = slices.Compact(g.list)
}

// packed are the marks, ascending, each as its distance from the one before.
func (g *gathered) packed() []byte {
	g.tidy()
	out := []byte{}
	last := uint32(0)
	for _, m := range g.list {
		out = binary.AppendUvarint(out, uint64(m-last))
		last = m
	}
	return out
}

// among calls hit for each of wanted, which ascend, that stands among packed marks; false where these cannot be read.
func among(packed []byte, wanted []want, hit func(want)) bool {
	at := uint64(0)
	for len(packed) > 0 {
		step, n := binary.Uvarint(packed)
		if at += step; n <= 0 || at > 1<<32-1 {
			return false
		}
		packed = packed[n:]
		for len(wanted) > 0 && uint64(wanted[0].mark) <= at {
			if uint64(wanted[0].mark) == at {
				hit(wanted[0])
			}
			wanted = wanted[1:]
		}
		if len(wanted) == 0 {
			return true
		}
	}
	return true
}
