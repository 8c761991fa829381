// Command meanwhile serves the sqlite connector beside an application that writes: whenever addresses have been read, it has changed
// every address and every lease, in one transaction, before the next collection is.
package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"

	_ "modernc.org/sqlite"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

type connector struct{ sqlite.Connector }

func (c connector) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	inner, err := c.Connector.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	file := url.URL{Scheme: "file", Path: config["file"], RawQuery: "_pragma=busy_timeout(5000)"}
	app, err := sql.Open("sqlite", file.String())
	if err != nil {
		return nil, errors.Join(err, inner.Close())
	}
	return store{inner, app}, nil
}

type store struct {
	connectors.Store
	app *sql.DB
}

func (s store) Unwrap() any { return s.Store }

func (s store) Snapshot(ctx context.Context) (connectors.Store, error) {
	from, ok := connectors.As[connectors.Snapshotter](s.Store)
	if !ok {
		return nil, connectors.ErrNotSupported
	}
	moment, err := from.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return held{store{moment, s.app}}, nil
}

func (s store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if err := s.Store.Locate(ctx, sel, out); err != nil || sel.Collection.At != "addresses" {
		return err
	}
	_, err := s.app.ExecContext(ctx, "BEGIN IMMEDIATE; UPDATE addresses SET city = city + 1; UPDATE leases SET deed_no = deed_no + 1; COMMIT")
	return err
}

func (s store) Close() error { return errors.Join(s.Store.Close(), s.app.Close()) }

// held is a snapshot; the application is the store's to close.
type held struct{ store }

func (h held) Close() error { return h.Store.Close() }

func main() { serve.Connector(connector{}) }
