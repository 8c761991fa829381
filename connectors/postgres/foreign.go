package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// foreign is a foreign key by the names an error gives it.
type foreign struct{ schema, table, name string }

// tied reads which columns of which table a foreign key ties to which, named as the inspected schema names them. One of a partition is
// its table's.
const tied = `WITH RECURSIVE key AS (
	SELECT f.conparentid, f.conrelid, f.confrelid, f.conkey FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE n.nspname = $1 AND c.relname = $2 AND f.conname = $3 AND f.contype = 'f'
	UNION ALL SELECT p.conparentid, p.conrelid, p.confrelid, p.conkey FROM key AS k JOIN pg_constraint AS p ON p.oid = k.conparentid)
SELECT CASE WHEN pg_table_is_visible(c.oid) THEN '' ELSE cn.nspname || '.' END || c.relname, CASE WHEN pg_table_is_visible(t.oid) THEN '' ELSE tn.nspname || '.' END || t.relname,
	(SELECT json_agg(a.attname ORDER BY x.n) FROM unnest(k.conkey) WITH ORDINALITY AS x(att, n) JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = x.att)
FROM key AS k JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_namespace AS cn ON cn.oid = c.relnamespace
	JOIN pg_class AS t ON t.oid = k.confrelid JOIN pg_namespace AS tn ON tn.oid = t.relnamespace WHERE k.conparentid = 0`

// explain is err, which, where it is of a foreign key, says which columns that ties to which table, and so do the notes of the jobs. Where
// that cannot be found out the constraint's name stands for it.
func (s *store) explain(ctx context.Context, err error, call jobs.Call[*table]) error {
	var f *fault
	var was connectors.Diagnostics
	if !errors.As(err, &f) || f.foreign == nil || !errors.As(f.err, &was) || len(was) != 1 {
		return err
	}
	now := was[0]
	failed := with(ctx, s.pool, func(l *line) error {
		return l.each(ctx, "reading the schema", query{SQL: tied, Args: []any{f.foreign.schema, f.foreign.table, f.foreign.name}}, func(row [][]byte) error {
			child, parent, columns := string(row[0]), string(row[1]), strings.Join(texts(row[2]), ", ")
			now.Path = child + "." + columns
			now.Summary = "rows of " + child + " would refer by " + columns + " to rows of " + parent + " that are not there (constraint " + f.foreign.name + ")"
			return nil
		})
	})
	if failed != nil || now == was[0] {
		return err
	}
	for _, j := range call {
		for i, n := range j.Out.Notes {
			if n == was[0] {
				j.Out.Notes[i] = now
			}
		}
	}
	return &fault{state: f.state, err: jobs.Conflict(now)}
}
