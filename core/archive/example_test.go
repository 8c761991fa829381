package archive_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"filippo.io/age"

	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/request"
)

// A package of one collection, sealed as it is written, and opened again.
func Example() {
	ctx := context.Background()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		log.Fatal(err)
	}
	var stored bytes.Buffer
	sealed, err := archive.Seal(&stored, key.Recipient())
	if err != nil {
		log.Fatal(err)
	}

	b, err := archive.New(sealed, archive.Config{Spool: os.TempDir()}, archive.Info{
		Request: "2026-000123", Right: request.Access, Language: "en", AsOf: time.Now(), Zone: time.UTC})
	if err != nil {
		log.Fatal(err)
	}
	defer b.Abort()
	t, err := b.Table(archive.TableInfo{System: "Members' register", Label: "Members", Fields: []archive.Field{
		{Name: "last_name", Title: "Last name", Category: "identity.name"},
		{Name: "left_on", Title: "Left on", Type: archive.Date},
	}})
	if err != nil {
		log.Fatal(err)
	}
	if err := t.Row(ctx, "Kowalska", nil); err != nil {
		log.Fatal(err)
	}
	if err := t.Close(); err != nil {
		log.Fatal(err)
	}
	done, err := b.Close(&archive.Article15{Controllers: []archive.Party{{Name: "Housing cooperative"}}})
	if err != nil {
		log.Fatal(err)
	}
	if err := sealed.Close(); err != nil {
		log.Fatal(err)
	}

	plain, err := archive.Open(bytes.NewReader(stored.Bytes()), int64(stored.Len()), key)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Rows, plain.Size() == done.Bytes)
	// Output: 1 true
}
