package memory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
)

// withDocument gives a row with its object as a Blob, where the collection says that the object is data. The
// handle is a number that no other row ever gets: a document must not turn into someone else's.
func withDocument(c connectors.Collection, r *record) connectors.Row {
	content, ok := r.row[connectors.DocumentField].([]byte)
	if !c.Document || !ok {
		return r.row
	}
	row := maps.Clone(r.row)
	row[connectors.DocumentField] = connectors.Blob{
		ID: strconv.FormatInt(r.serial, 10), Name: fmt.Sprintf("%s-%d", c.Name, r.serial),
		MediaType: "application/octet-stream", Size: int64(len(content)),
	}
	return row
}

// OpenBlob opens what Locate gave. The row may have gone since.
func (s *store) OpenBlob(_ context.Context, b connectors.Blob) (io.ReadCloser, error) {
	for _, records := range *s.now.Load() {
		for _, r := range records {
			content, ok := r.row[connectors.DocumentField].([]byte)
			if ok && strconv.FormatInt(r.serial, 10) == b.ID {
				return io.NopCloser(bytes.NewReader(content)), nil
			}
		}
	}
	return nil, errors.New("memory: no such document any more; locate it again")
}
