package parquet

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/encoding/delta"
)

// The encodings of values.
const (
	encPlain       = 0
	encPlainDict   = 2
	encRLE         = 3
	encDelta       = 5
	encDeltaLength = 6
	encDeltaBytes  = 7
	encRLEDict     = 8
	encSplit       = 9
)

// decode reads n values, written in an encoding other than that of dictionaries.
func decode(c *Column, encoding int64, n int, src []byte) (values, error) {
	out := newValues(c.width)
	short := bad("a page holds fewer values than it says")
	switch {
	case encoding == encPlain && c.phys == boolean:
		if (n+7)/8 > len(src) {
			return out, short
		}
		out.data = unpack(src, 1, n, make([]byte, 0, n))
		return out, nil
	case encoding == encPlain && c.phys == byteArrays:
		for range n {
			if len(src) < 4 || uint64(binary.LittleEndian.Uint32(src)) > uint64(len(src)-4) {
				return out, short
			}
			size := 4 + int(binary.LittleEndian.Uint32(src))
			out.add(src[4:size])
			src = src[size:]
		}
		return out, nil
	case encoding == encPlain:
		if n > len(src)/c.width {
			return out, short
		}
		out.data = src[:n*c.width]
		return out, nil
	case encoding == encRLE && c.phys == boolean:
		if len(src) < 4 {
			return out, short
		}
		var err error
		out.data, err = hybrid(src[4:], 1, n, []byte(nil))
		return out, err
	case encoding == encSplit && c.phys != byteArrays && c.phys != boolean:
		if n > len(src)/c.width {
			return out, short
		}
		out.data = make([]byte, n*c.width)
		for i := range n {
			for k := range c.width {
				out.data[i*c.width+k] = src[k*n+i]
			}
		}
		return out, nil
	}
	return deltas(c, encoding, n, src)
}

// deltas reads values of which differences or common beginnings are written.
func deltas(c *Column, encoding int64, n int, src []byte) (values, error) {
	out := newValues(c.width)
	count, ok := counted(src)
	if encoding >= encDelta && encoding <= encDeltaBytes && (!ok || count != uint64(n)) {
		return out, bad("a page holds fewer values than it says")
	}
	var err error
	var whole []int32
	switch {
	case encoding == encDelta && c.phys == int32s:
		whole, err = (&delta.BinaryPackedEncoding{}).DecodeInt32(nil, src)
		out.data = bytesOf(whole)
	case encoding == encDelta && c.phys == int64s:
		var wide []int64
		wide, err = (&delta.BinaryPackedEncoding{}).DecodeInt64(nil, src)
		out.data = bytesOf(wide)
	case encoding == encDeltaLength && c.phys == byteArrays:
		out.data, out.offs, err = (&delta.LengthByteArrayEncoding{}).DecodeByteArray(nil, src, nil)
	case encoding == encDeltaBytes && c.phys == byteArrays:
		out.data, out.offs, err = (&delta.ByteArrayEncoding{}).DecodeByteArray(nil, src, nil)
	case encoding == encDeltaBytes && c.phys == fixed:
		out.data, err = (&delta.ByteArrayEncoding{}).DecodeFixedLenByteArray(nil, src, c.width)
	default:
		return out, unsupported("an encoding (%d) of column %s", encoding, c.Path())
	}
	if err != nil || out.n() != n {
		return out, bad("a page holds other values than it says")
	}
	return out, nil
}

// counted is how many values a delta encoding says it holds; its header is checked, because the decoder believes it.
func counted(src []byte) (uint64, bool) {
	block, a := binary.Uvarint(src)
	if a <= 0 || block == 0 || block > 1<<16 || block%128 != 0 {
		return 0, false
	}
	minis, b := binary.Uvarint(src[a:])
	if b <= 0 || minis == 0 || block%minis != 0 || block/minis%32 != 0 {
		return 0, false
	}
	n, used := binary.Uvarint(src[a+b:])
	return n, used > 0
}

// encode appends values in an encoding other than that of dictionaries.
func encode(dst []byte, c *Column, encoding int64, v values) ([]byte, error) {
	switch {
	case encoding == encPlain && c.phys == boolean:
		return bitsOf(dst, v.data), nil
	case encoding == encPlain && c.phys == byteArrays:
		for i := range v.n() {
			b := v.get(i)
			dst = append(binary.LittleEndian.AppendUint32(dst, uint32(len(b))), b...)
		}
		return dst, nil
	case encoding == encPlain:
		return append(dst, v.data...), nil
	case encoding == encRLE && c.phys == boolean:
		at := len(dst)
		dst = packed(append(dst, 0, 0, 0, 0), v.data, 1)
		binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		return dst, nil
	case encoding == encSplit && c.phys != byteArrays && c.phys != boolean:
		for k := range c.width {
			for i := range v.n() {
				dst = append(dst, v.data[i*c.width+k])
			}
		}
		return dst, nil
	}
	var out []byte
	var err error
	switch {
	case encoding == encDelta && c.phys == int32s:
		out, err = (&delta.BinaryPackedEncoding{}).EncodeInt32(nil, intsOf[int32](v.data))
	case encoding == encDelta && c.phys == int64s:
		out, err = (&delta.BinaryPackedEncoding{}).EncodeInt64(nil, intsOf[int64](v.data))
	case encoding == encDeltaLength && c.phys == byteArrays:
		out, err = (&delta.LengthByteArrayEncoding{}).EncodeByteArray(nil, v.data, v.offs)
	case encoding == encDeltaBytes && c.phys == byteArrays:
		out, err = (&delta.ByteArrayEncoding{}).EncodeByteArray(nil, v.data, v.offs)
	case encoding == encDeltaBytes && c.phys == fixed:
		out, err = (&delta.ByteArrayEncoding{}).EncodeFixedLenByteArray(nil, v.data, c.width)
	default:
		return nil, unsupported("an encoding (%d) of column %s", encoding, c.Path())
	}
	if err != nil {
		return nil, unsupported("values that cannot be encoded again, in column %s", c.Path())
	}
	return append(dst, out...), nil
}

// writable says whether the encoding of a page is one this package writes.
func writable(c *Column, encoding int64) bool {
	switch encoding {
	case encPlain, encPlainDict, encRLEDict:
		return true
	case encRLE:
		return c.phys == boolean
	case encSplit:
		return c.phys != byteArrays && c.phys != boolean
	case encDelta:
		return c.phys == int32s || c.phys == int64s
	case encDeltaLength:
		return c.phys == byteArrays
	case encDeltaBytes:
		return c.phys == byteArrays || c.phys == fixed
	}
	return false
}

func bitsOf(dst, truths []byte) []byte {
	for len(truths) > 0 {
		var b byte
		n := min(8, len(truths))
		for i := range n {
			b |= truths[i] << i
		}
		dst, truths = append(dst, b), truths[n:]
	}
	return dst
}

func bytesOf[T int32 | int64](v []T) []byte {
	size := binary.Size(T(0))
	out := make([]byte, 0, len(v)*size)
	for _, x := range v {
		if size == 4 {
			out = binary.LittleEndian.AppendUint32(out, uint32(x))
		} else {
			out = binary.LittleEndian.AppendUint64(out, uint64(x))
		}
	}
	return out
}

func intsOf[T int32 | int64](b []byte) []T {
	size := binary.Size(T(0))
	out := make([]T, len(b)/size)
	for i := range out {
		if size == 4 {
			out[i] = T(int32(binary.LittleEndian.Uint32(b[i*4:])))
		} else {
			out[i] = T(int64(binary.LittleEndian.Uint64(b[i*8:])))
		}
	}
	return out
}
