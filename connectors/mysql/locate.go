package mysql

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// snapshot begins a transaction that sees one moment, from now on.
var snapshot = []string{"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"}

// Locate streams rows as the reader takes them. It is one statement, which sees one moment by itself.
func (s *store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return with(ctx, s.pool, func(l *line) error { return s.view(ctx, l).locate(ctx, sel, out) })
}

// reading runs f in one read-only snapshot.
func (s *store) reading(ctx context.Context, pool *sql.DB, f func(*view) error) error {
	return with(ctx, pool, func(l *line) error {
		if err := l.run(ctx, snapshot...); err != nil {
			return err
		}
		err := f(s.view(ctx, l))
		if err != nil && ctx.Err() != nil { // the connection is given up
			return err
		}
		return errors.Join(err, l.end(ctx, "ROLLBACK"))
	})
}

func (v *view) locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	q, fields, ok, err := cells.Select(reader{}, v.dialect(), v.relational, sel)
	if err != nil || !ok {
		return err
	}
	return v.line.each(ctx, "reading rows", q, cells.Into(fields, sel.Collection, out))
}

// Count counts in the database, all selections in one snapshot: in one statement, unless what is sent with it is too much for the server.
func (s *store) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	var out []connectors.Tally
	err := with(ctx, s.pool, func(l *line) error {
		asks, of, err := s.view(ctx, l).counting(sels)
		if err != nil || !s.server.atOnce(asks) {
			return err
		}
		out, err = count(ctx, l, len(sels), asks, of)
		return err
	})
	if err != nil || out != nil {
		return out, err
	}
	err = s.reading(ctx, s.pool, func(v *view) (err error) {
		out, err = v.counts(ctx, sels)
		return err
	})
	return out, err
}

// mostTogether is how many statements are sent as one.
const mostTogether = 50

// atOnce says whether statements can be sent as one.
func (s server) atOnce(all []query) bool {
	bytes := 0
	for _, q := range all {
		bytes += len(q.SQL)
		for _, a := range q.Args {
			if text, ok := a.(string); ok {
				bytes += len(text)
			}
		}
	}
	return len(all) <= mostTogether && bytes < s.room()
}

// counting are the statements that count selections, and the place of each among them: what matches nothing needs none.
func (v *view) counting(sels []connectors.Selection) (asks []query, of []int, err error) {
	for i, sel := range sels {
		q, ok, err := relational.Count(v.dialect(), v.relational, sel)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			asks, of = append(asks, q), append(of, i)
		}
	}
	return asks, of, nil
}

// count counts n selections with statements sent as one; of says of which selection each is.
func count(ctx context.Context, l *line, n int, asks []query, of []int) ([]connectors.Tally, error) {
	out := tallies(n)
	if len(asks) == 0 {
		return out, nil
	}
	return out, l.each(ctx, "counting rows", together(asks), func(row [][]byte) error {
		i, err := strconv.Atoi(string(row[0]))
		if err != nil {
			return err
		}
		return jobs.Tally(&out[of[i]], row[1:])
	})
}

func tallies(n int) []connectors.Tally {
	out := make([]connectors.Tally, n)
	for i := range out {
		out[i].ByPerson = map[int]int64{}
	}
	return out
}

// counts counts in a transaction that sees one moment.
func (v *view) counts(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	asks, of, err := v.counting(sels)
	if err != nil {
		return nil, err
	}
	if v.store.server.atOnce(asks) {
		return count(ctx, v.line, len(sels), asks, of)
	}
	out := tallies(len(sels))
	for i, q := range asks {
		if err := v.line.each(ctx, "counting rows", q, func(row [][]byte) error { return jobs.Tally(&out[of[i]], row) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}
