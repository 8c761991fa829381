package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// OpenBlob opens a document, in place or held. The handle of one that was held, released or replaced since opens nothing, or what stands
// there now: it is to be located again.
func (s *store) OpenBlob(ctx context.Context, b connectors.Blob) (io.ReadCloser, error) {
	id, key, ok := strings.Cut(b.ID, " ")
	switch {
	case !ok && strings.HasPrefix(b.ID, s.held) && !strings.HasSuffix(b.ID, drawerEnd):
		id, key = "", b.ID
	case !ok || key == "" || strings.HasPrefix(key, objects.OwnPrefix):
		return nil, fmt.Errorf("this blob was not made by this store")
	}
	o, err := s.open(ctx, key, version{id: id})
	if errors.Is(err, errAbsent) {
		return nil, fmt.Errorf("the document is no longer there")
	}
	if err != nil {
		return nil, err
	}
	return reader{o.Body}, nil
}
