package clinic

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/servers"
)

// Stores are the clinic's, as its own people reach them.
type Stores struct {
	*sample.Clinic
	Records servers.Database
	Billing servers.Database
	Desk    servers.Mongo
	Images  servers.Bucket // with versioning
	records *pgx.Conn
	billing *sql.DB
	doses   string // where the exports lie
}

// Lay makes a clinic up and puts it into stores of the test's own.
func Lay(t testing.TB, opt sample.Options) *Stores {
	t.Helper()
	s := &Stores{Clinic: sample.Make(opt), Records: servers.Postgres(t), Billing: servers.MySQL(t), Desk: servers.MongoDB(t), Images: servers.S3(t, servers.Versioned)}
	t.Cleanup(s.Close)
	if err := s.Fill(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

// Fill puts the clinic into its stores, which are empty.
func (s *Stores) Fill(ctx context.Context) (err error) {
	if s.records, err = pgx.Connect(ctx, s.Records.URL); err != nil {
		return err
	}
	if s.billing, err = servers.OpenMySQL(s.Billing.URL); err != nil {
		return err
	}
	s.billing.SetMaxOpenConns(1) // its settings are the session's
	for name, lay := range map[string]func(context.Context) error{"records": s.layRecords, "billing": s.layBilling, "desk": s.layDesk, "images": s.layImages} {
		if err := lay(ctx); err != nil {
			return fmt.Errorf("laying out %s: %w", name, err)
		}
	}
	return nil
}

// Close ends the connections by which the stores were filled, and are read past the connectors.
func (s *Stores) Close() {
	if s.records != nil {
		_ = s.records.Close(context.Background())
	}
	if s.billing != nil {
		_ = s.billing.Close()
	}
}

// text is NULL for nothing.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// day is a date of a text, and NULL for nothing.
func day(s string) any {
	if s == "" {
		return nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err) // of the sample's own
	}
	return t
}

// Administer runs what the store's administrator is asked to run.
func (s *Stores) Administer(t testing.TB, system, text string) {
	t.Helper()
	var err error
	switch system {
	case "records":
		_, err = s.records.Exec(context.Background(), text)
	case "billing":
		_, err = s.billing.ExecContext(context.Background(), text)
	}
	if err != nil {
		t.Fatalf("administering %s: %v", system, err)
	}
}
