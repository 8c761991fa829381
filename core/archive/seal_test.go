package archive

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/dossier-dsr/dossier/core/request"
)

func TestSealedPackageIsReadInRanges(t *testing.T) {
	plain := sample(t, "pl", request.Access)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	recipient, err := ParseRecipient(key.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	var sealed bytes.Buffer
	w, err := Seal(&sealed, recipient)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"PK\x03\x04", "dossier.json", "data/"} {
		if bytes.Contains(sealed.Bytes(), []byte(secret)) {
			t.Errorf("the sealed file shows %q", secret)
		}
	}
	open, err := Open(bytes.NewReader(sealed.Bytes()), int64(sealed.Len()), key)
	if err != nil {
		t.Fatal(err)
	}
	if open.Size() != int64(len(plain)) {
		t.Errorf("size %d of %d", open.Size(), len(plain))
	}
	rec := httptest.NewRecorder()
	ask := httptest.NewRequest("GET", "/", nil)
	ask.Header.Set("Range", "bytes=70000-70099")
	http.ServeContent(rec, ask, "", time.Time{}, open)
	if rec.Code != http.StatusPartialContent || !bytes.Equal(rec.Body.Bytes(), plain[70000:70100]) {
		t.Errorf("a range comes back wrong: %d, %d bytes", rec.Code, rec.Body.Len())
	}
	if _, err := open.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(open)
	if err != nil || !bytes.Equal(whole, plain) {
		t.Errorf("the whole comes back wrong: %v", err)
	}

	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var none *age.NoIdentityMatchError
	if _, err := Open(bytes.NewReader(sealed.Bytes()), int64(sealed.Len()), other); !errors.As(err, &none) {
		t.Errorf("another key: %v", err)
	}
	cut := sealed.Bytes()[:sealed.Len()-100]
	if _, err := Open(bytes.NewReader(cut), int64(len(cut)), key); err == nil {
		t.Error("a file cut short opens")
	}
	if _, err := ParseRecipient("ssh-ed25519 AAAA"); err == nil {
		t.Error("that is no key for a package")
	}
}
