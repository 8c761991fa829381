package parquet

// values are values of a column as PLAIN writes them, one after the other: of a fixed width, or, width 0, between offsets.
// A boolean takes a byte.
type values struct {
	width int
	data  []byte
	offs  []uint32
}

func newValues(width int) values {
	if width == 0 {
		return values{offs: []uint32{0}}
	}
	return values{width: width}
}

func (v *values) n() int {
	if v.width == 0 {
		return max(0, len(v.offs)-1)
	}
	return len(v.data) / v.width
}

func (v *values) get(i int) []byte {
	if v.width == 0 {
		return v.data[v.offs[i]:v.offs[i+1]:v.offs[i+1]]
	}
	return v.data[i*v.width : (i+1)*v.width : (i+1)*v.width]
}

func (v *values) add(b []byte) {
	v.data = append(v.data, b...)
	if v.width == 0 {
		v.offs = append(v.offs, uint32(len(v.data)))
	}
}

// size is what they take in memory.
func (v *values) size() int64 { return int64(len(v.data) + 4*len(v.offs)) }
