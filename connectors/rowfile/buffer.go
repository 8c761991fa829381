package rowfile

import (
	"bufio"
	"io"
	"io/fs"
)

// most is the size of a buffer for what is large, or of unknown size.
const most = 64 << 10

// room is how large a buffer r is worth: a folder may hold thousands of files of a line each, and be looked through many times.
func room(r io.Reader) int {
	size := int64(most)
	switch r := r.(type) {
	case interface{ Size() int64 }:
		size = r.Size()
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := r.Stat(); err == nil {
			size = info.Size()
		}
	case interface{ Len() int }:
		size = int64(r.Len())
	}
	return int(min(most, max(512, size+1))) // and one, so that the end is met with the last of it
}

// buffered reads r through a buffer of its room.
func buffered(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, room(r)) }
