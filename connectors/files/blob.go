package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// OpenBlob opens a document, in place or held. Only a regular file opens, reached without symbolic links. The
// handle of a document that was held or released since opens nothing: it is to be located again.
func (s *store) OpenBlob(ctx context.Context, b connectors.Blob) (io.ReadCloser, error) {
	if body, ok := strings.CutPrefix(b.ID, heldFolder+"/"); ok && strings.HasSuffix(body, bodyEnd) {
		f, _, err := s.bodyOf(ctx, body)
		if errors.Is(err, errAbsent) {
			return nil, fmt.Errorf("the document is no longer there")
		}
		if err != nil {
			return nil, err
		}
		return document{f}, nil
	}
	names := strings.Split(b.ID, "/")
	for _, n := range names {
		if !plain(n) || strings.HasPrefix(n, objects.OwnPrefix) {
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
