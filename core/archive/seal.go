package archive

import (
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// Seal encrypts what is written to the returned writer to recipient and passes it on to w. Closing the
// returned writer ends the file (w stays open); without it the file cannot be opened.
func Seal(w io.Writer, recipient age.Recipient) (io.WriteCloser, error) {
	sealed, err := age.Encrypt(w, recipient)
	if err != nil {
		return nil, noSpace(fmt.Errorf("seal the package: %w", pathless(err)))
	}
	return sealed, nil
}

// ParseRecipient reads a public key as a request names it ("age1…").
func ParseRecipient(key string) (age.Recipient, error) {
	rs, err := age.ParseRecipients(strings.NewReader(key))
	if err != nil || len(rs) != 1 {
		return nil, fmt.Errorf("the recipient's key cannot be read: want one public key that begins with age1")
	}
	return rs[0], nil
}

// Open gives random access to the plain package inside a sealed one of size bytes, for answers to Range
// requests: nothing is decrypted but the chunks that are read. The result may be used by one reader at a time;
// open again for another.
func Open(sealed io.ReaderAt, size int64, identity age.Identity) (*io.SectionReader, error) {
	r, n, err := age.DecryptReaderAt(sealed, size, identity)
	if err != nil {
		return nil, fmt.Errorf("open the sealed package: %w", err)
	}
	return io.NewSectionReader(r, 0, n), nil
}
