package parquet

import (
	"bytes"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// The compressions of pages.
const (
	codecNone   = 0
	codecSnappy = 1
	codecGzip   = 2
	codecBrotli = 4
	codecZstd   = 6
	codecLZ4    = 7
)

func known(codec int64) bool {
	switch codec {
	case codecNone, codecSnappy, codecGzip, codecBrotli, codecZstd, codecLZ4:
		return true
	}
	return false
}

// most is how many times its size compressed bytes can be worth; what claims more is not believed.
var most = map[int64]int64{codecSnappy: 64, codecGzip: 1100, codecLZ4: 256}

var (
	zstdOut = sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxPage), zstd.WithDecoderLowmem(true))
	})
	zstdIn = sync.OnceValues(func() (*zstd.Encoder, error) { return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2)) })
)

// expand gives what was compressed to b, which says that it is size bytes.
func expand(codec int64, b []byte, size int64) ([]byte, error) {
	wrong := bad("a page is compressed otherwise than it says")
	if m := most[codec]; m > 0 && size > m*int64(len(b))+1024 {
		return nil, wrong
	}
	var out []byte
	var err error
	switch codec {
	case codecNone:
		out = b
	case codecSnappy:
		if n, e := snappy.DecodedLen(b); e != nil || int64(n) != size {
			return nil, wrong
		}
		out, err = snappy.Decode(nil, b)
	case codecGzip:
		z, e := gzip.NewReader(bytes.NewReader(b))
		if e != nil {
			return nil, wrong
		}
		out, err = drawn(z, size)
	case codecBrotli:
		out, err = drawn(brotli.NewReader(bytes.NewReader(b)), size)
	case codecZstd:
		z, e := zstdOut()
		if e != nil {
			return nil, e
		}
		out, err = z.DecodeAll(b, nil)
	case codecLZ4:
		out = make([]byte, size)
		var n int
		if n, err = lz4.UncompressBlock(b, out); err == nil {
			out = out[:n]
		}
	default:
		return nil, unsupported("a compression (%d) that is not read", codec)
	}
	if err != nil || int64(len(out)) != size {
		return nil, wrong
	}
	return out, nil
}

// drawn reads size bytes and no more.
func drawn(r io.Reader, size int64) ([]byte, error) {
	var out bytes.Buffer
	_, err := io.Copy(&out, io.LimitReader(r, size+1))
	return out.Bytes(), err
}

// squeeze compresses.
func squeeze(codec int64, b []byte) ([]byte, error) {
	switch codec {
	case codecNone:
		return b, nil
	case codecSnappy:
		return snappy.Encode(nil, b), nil
	case codecGzip:
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		_, _ = z.Write(b)
		err := z.Close()
		return out.Bytes(), err
	case codecBrotli:
		var out bytes.Buffer
		z := brotli.NewWriter(&out)
		_, _ = z.Write(b)
		err := z.Close()
		return out.Bytes(), err
	case codecZstd:
		z, err := zstdIn()
		if err != nil {
			return nil, err
		}
		return z.EncodeAll(b, nil), nil
	case codecLZ4:
		out := make([]byte, lz4.CompressBlockBound(len(b)))
		var c lz4.Compressor
		n, err := c.CompressBlock(b, out)
		if err != nil || n == 0 && len(b) > 0 {
			return nil, unsupported("a page that lz4 cannot make smaller")
		}
		return out[:n], nil
	}
	return nil, unsupported("a compression (%d) that is not written", codec)
}
