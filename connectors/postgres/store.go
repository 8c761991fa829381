package postgres

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

const (
	working = 10 // connections for calls
	holding = 10 // connections for snapshots, two each while a blob of one is open
)

// oldest is the first version that knows all that is asked of it.
const oldest = 120000

// store is one open database.
type store struct {
	place   place
	pool    *pgxpool.Pool
	still   *pgxpool.Pool // for snapshots, so that one that is held keeps no call waiting
	catalog *catalog
	changed atomic.Int64 // how often the schema was seen to have changed under a statement that was kept
}

func open(ctx context.Context, p place) (*store, error) {
	s := &store{place: p, catalog: &catalog{}}
	for _, x := range []struct {
		most int32
		into **pgxpool.Pool
	}{{working, &s.pool}, {holding, &s.still}} {
		config, err := p.pool(x.most)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		if x.into == &s.pool {
			keeping(config, &s.changed)
		}
		if *x.into, err = newPool(ctx, config); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	if err := s.look(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// newPool makes a pool that outlives the call.
func newPool(ctx context.Context, config *pgxpool.Config) (*pgxpool.Pool, error) {
	pool, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), config)
	return pool, failure(ctx, "connecting", err)
}

// look connects once, so that what is wrong with the address is found out now.
func (s *store) look(ctx context.Context) error {
	return with(ctx, s.pool, func(l *line) error {
		return l.each(ctx, "connecting", query{SQL: "SHOW server_version_num"}, func(row [][]byte) error {
			if version, err := strconv.Atoi(string(row[0])); err != nil || version < oldest {
				return settings.Wrong(settings.URL, "the server is too old", "PostgreSQL 12 is the oldest that is understood")
			}
			return nil
		})
	})
}

// Close closes all connections. Twice is no error.
func (s *store) Close() error {
	for _, p := range []*pgxpool.Pool{s.pool, s.still} {
		if p != nil {
			p.Close()
		}
	}
	return nil
}

var _ connectors.Store = (*store)(nil)
