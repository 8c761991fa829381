package parquet

import "encoding/binary"

// The encoding of levels, dictionary indexes and some booleans: runs of one value, and groups of eight bit-packed ones.

// hybrid decodes n numbers of a width in bits.
func hybrid[T byte | uint32](src []byte, width, n int, dst []T) ([]T, error) {
	short := bad("a page holds fewer values than it says")
	for n > 0 {
		head, used := binary.Uvarint(src)
		if used <= 0 {
			return nil, short
		}
		src = src[used:]
		count := head >> 1
		if head&1 == 0 {
			size := (width + 7) / 8
			if len(src) < size {
				return nil, short
			}
			var v uint64
			for i := range size {
				v |= uint64(src[i]) << (8 * i)
			}
			src = src[size:]
			for range min(count, uint64(n)) {
				dst = append(dst, T(v))
			}
			n -= int(min(count, uint64(n)))
			continue
		}
		if width > 0 {
			count = min(count, uint64(len(src)/width)+1)
		}
		some := int(min(count, uint64(n+7)/8)) * 8
		some = min(some, n)
		if (some*width+7)/8 > len(src) {
			return nil, short
		}
		dst = unpack(src, width, some, dst)
		src = src[min(uint64(len(src)), count*uint64(width)):]
		n -= some
		if count == 0 {
			return nil, short
		}
	}
	return dst, nil
}

func unpack[T byte | uint32](src []byte, width, n int, dst []T) []T {
	var bits uint64
	have := 0
	mask := uint64(1)<<width - 1
	for range n {
		for have < width {
			bits |= uint64(src[0]) << have
			src = src[1:]
			have += 8
		}
		dst = append(dst, T(bits&mask))
		bits >>= width
		have -= width
	}
	return dst
}

// packed is what n numbers are encoded as: runs where eight or more are alike, else bit-packed.
func packed[T byte | uint32](dst []byte, src []T, width int) []byte {
	for len(src) > 0 {
		n := alike(src)
		if n >= 8 || n == len(src) {
			dst = binary.AppendUvarint(dst, uint64(n)<<1)
			v := uint64(src[0])
			for i := range (width + 7) / 8 {
				dst = append(dst, byte(v>>(8*i)))
			}
			src = src[n:]
			continue
		}
		m := 0 // a multiple of eight, until a run begins
		for m < len(src) && (m == 0 || alike(src[m:min(len(src), m+8)]) < 8) {
			m += 8
		}
		groups := m / 8
		dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
		var bits uint64
		have := 0
		for i := range m {
			if i < len(src) {
				bits |= uint64(src[i]) << have
			}
			for have += width; have >= 8; have -= 8 {
				dst = append(dst, byte(bits))
				bits >>= 8
			}
		}
		src = src[min(m, len(src)):]
	}
	return dst
}

func alike[T byte | uint32](src []T) int {
	n := 1
	for n < len(src) && src[n] == src[0] {
		n++
	}
	return n
}

// bitsFor is how many bits a number up to most takes.
func bitsFor(most int) int {
	n := 0
	for ; most > 0; most >>= 1 {
		n++
	}
	return n
}
