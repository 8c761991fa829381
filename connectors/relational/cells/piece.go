package cells

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
)

// Blob stands for bytes of a field; handle, of texts and numbers, says where they stand. It holds key values, so it is no text to log.
func Blob(c connectors.Collection, column string, size int64, handle any) connectors.Blob {
	text, _ := json.Marshal(handle)
	return connectors.Blob{ID: base64.RawURLEncoding.EncodeToString(text), Name: c.Name + "-" + column + ".bin", MediaType: "application/octet-stream", Size: size}
}

// ErrHandle says that the ID of a Blob is none the connector gives.
var ErrHandle = errors.New("opening a blob: its ID is none this connector gives")

// Handle reads what [Blob] wrote.
func Handle(b connectors.Blob, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(b.ID)
	if err != nil || json.Unmarshal(text, into) != nil {
		return ErrHandle
	}
	return nil
}

// Pieces reads something large piece by piece. For one goroutine.
type Pieces struct {
	Size int64
	Next func(at int64) ([]byte, error) // the piece that begins after so many bytes
	End  func() error                   // is called once, when the reader is closed

	done int64
	have []byte
}

func (p *Pieces) Read(into []byte) (int, error) {
	if len(p.have) == 0 {
		if p.done >= p.Size {
			return 0, io.EOF
		}
		var err error
		if p.have, err = p.Next(p.done); err != nil {
			return 0, err
		}
		p.done += int64(len(p.have))
		if len(p.have) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
	}
	n := copy(into, p.have)
	p.have = p.have[n:]
	return n, nil
}

// Close ends the reading. Twice is no error.
func (p *Pieces) Close() error {
	if p.End == nil {
		return nil
	}
	end := p.End
	p.End = nil
	return end()
}
