package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Kinds of a value in a batch. They are part of the protocol: never renumber.
const (
	kindNull    byte = 0
	kindBool    byte = 1
	kindInt     byte = 2
	kindFloat   byte = 3
	kindText    byte = 4
	kindBytes   byte = 5
	kindTime    byte = 6
	kindDecimal byte = 7
	kindJSON    byte = 8
	kindBlob    byte = 9
	kindMixed   byte = 0x0f // a column of several kinds: each value has its kind before it
	withNulls   byte = 0x80 // set on a column's kind: a bitmap of the values that are there comes first
)

// batchVersion is the first byte of every batch.
const batchVersion byte = 1

// MaxRows is how many rows one batch may have. A row weighs 8 bytes at least, so that 256 KiB never hold more.
const MaxRows = 1 << 16

// ErrBatch is a batch that is not of the protocol.
var ErrBatch = errors.New("not a batch of the connector protocol")

// EncodeBatch encodes rows of width values for the wire, by column, appending to dst. Every row must
// have width values, each of the contract's closed list.
//
//	batch  = version(1) uvarint(rows) uvarint(width) person… column…
//	person = varint, the difference to the row before
//	column = uint32le(bytes that follow) kind [bitmap] value…
//
// varint is zigzag, as in encoding/binary; see PROTOCOL.md for the values.
func EncodeBatch(dst []byte, b connectors.Batch, width int) ([]byte, error) {
	n := len(b.Values)
	if len(b.Persons) != n {
		return nil, fmt.Errorf("a batch of %d rows for %d persons", n, len(b.Persons))
	}
	if n > MaxRows {
		return nil, fmt.Errorf("a batch of %d rows, at most %d", n, MaxRows)
	}
	for _, row := range b.Values {
		if len(row) != width {
			return nil, fmt.Errorf("a row of %d values in a batch of width %d", len(row), width)
		}
	}
	dst = slices.Grow(dst, b.Bytes+16+2*n)
	dst = append(dst, batchVersion)
	dst = binary.AppendUvarint(dst, uint64(n))
	dst = binary.AppendUvarint(dst, uint64(width))
	last := 0
	for _, p := range b.Persons {
		dst = binary.AppendVarint(dst, int64(p)-int64(last))
		last = p
	}
	var err error
	for c := range width {
		if dst, err = appendColumn(dst, b.Values, c); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func appendColumn(dst []byte, rows [][]any, c int) ([]byte, error) {
	kind, nulls, err := columnKind(rows, c)
	if err != nil {
		return nil, err
	}
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	head := kind
	if nulls && kind != kindMixed && kind != kindNull {
		head |= withNulls
	}
	dst = append(dst, head)
	if head&withNulls != 0 {
		dst = appendBitmap(dst, rows, c)
	}
	for _, row := range rows {
		v := row[c]
		if kind == kindMixed {
			dst = append(dst, kindOf(v))
		}
		dst = appendValue(dst, v)
	}
	size := len(dst) - at - 4
	if size > MaxMessage {
		return nil, fmt.Errorf("a column of %d bytes in one batch, at most %d; the connector should offer large values as blobs", size, MaxMessage)
	}
	binary.LittleEndian.PutUint32(dst[at:], uint32(size))
	return dst, nil
}

func columnKind(rows [][]any, c int) (kind byte, nulls bool, err error) {
	for _, row := range rows {
		k := kindOf(row[c])
		switch {
		case k == kindMixed:
			return 0, false, connectors.Check(row[c])
		case k == kindNull:
			nulls = true
		case kind == kindNull:
			kind = k
		case kind != k:
			kind = kindMixed
		}
	}
	return kind, nulls, nil
}

func kindOf(v any) byte {
	switch v.(type) {
	case nil:
		return kindNull
	case bool:
		return kindBool
	case int64:
		return kindInt
	case float64:
		return kindFloat
	case string:
		return kindText
	case []byte:
		return kindBytes
	case time.Time:
		return kindTime
	case connectors.Decimal:
		return kindDecimal
	case connectors.JSON:
		return kindJSON
	case connectors.Blob:
		return kindBlob
	}
	return kindMixed // not of the contract
}

func appendBitmap(dst []byte, rows [][]any, c int) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, (len(rows)+7)/8)...)
	for i, row := range rows {
		if row[c] != nil {
			dst[at+i/8] |= 1 << (i % 8)
		}
	}
	return dst
}

func appendValue(dst []byte, v any) []byte {
	switch x := v.(type) {
	case bool:
		if x {
			return append(dst, 1)
		}
		return append(dst, 0)
	case int64:
		return binary.AppendVarint(dst, x)
	case float64:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
	case string:
		return appendText(dst, x)
	case []byte:
		return append(binary.AppendUvarint(dst, uint64(len(x))), x...)
	case time.Time:
		_, offset := x.Zone()
		dst = binary.AppendVarint(dst, x.Unix())
		dst = binary.AppendUvarint(dst, uint64(x.Nanosecond()))
		return binary.AppendVarint(dst, int64(offset))
	case connectors.Decimal:
		return appendText(dst, string(x))
	case connectors.JSON:
		return appendText(dst, string(x))
	case connectors.Blob:
		dst = appendText(dst, x.ID)
		dst = appendText(dst, x.Name)
		dst = appendText(dst, x.MediaType)
		return binary.AppendVarint(dst, x.Size)
	}
	return dst
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
