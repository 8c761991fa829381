package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// OpenBlob opens a document. Only a regular file below the root opens, reached without symbolic links.
func (s *store) OpenBlob(_ context.Context, b connectors.Blob) (io.ReadCloser, error) {
	names := strings.Split(b.ID, "/")
	for _, n := range names {
		if !plain(n) || strings.HasPrefix(n, ownPrefix) {
			return nil, fmt.Errorf("this blob was not made by this store")
		}
	}
	last := len(names) - 1
	d, err := s.tree.walk(names[:last])
	if err == nil {
		defer d.Close()
		var f *os.File
		if f, _, err = d.open(names[last], os.O_RDONLY); err == nil {
			return document{f}, nil
		}
	}
	if errors.Is(err, errAbsent) {
		return nil, fmt.Errorf("the document is no longer there")
	}
	return nil, err
}

// document is an open file whose errors do not tell its path.
type document struct{ f *os.File }

func (d document) Read(p []byte) (int, error) {
	n, err := d.f.Read(p)
	return n, clean(err)
}

func (d document) Close() error { return clean(d.f.Close()) }
