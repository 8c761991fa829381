package sqlite

import (
	"context"
	"database/sql"
	"testing"

	"github.com/dossier-dsr/dossier/test/tables"
)

// eye is the file as an application has it.
type eye struct{ *sql.DB }

func (a eye) Run(ctx context.Context, statements string, args ...any) error {
	_, err := a.ExecContext(ctx, statements, args...)
	return err
}

func (a eye) Text(ctx context.Context, query string) (string, error) {
	var got sql.NullString
	err := a.QueryRowContext(ctx, query).Scan(&got)
	return got.String, err
}

// TestWhatARowRefersToMayBeRestrictedToo with keys that are no row numbers: of a row of a number something stays in any case.
func TestWhatARowRefersToMayBeRestrictedToo(t *testing.T) {
	path, db := newFile(t, tables.Lineage)
	h := &tables.House{T: t, App: eye{db}, Store: opened(t, path)}
	h.WhatARowRefersToMayBeRestrictedToo()
	h.RowsOfOneTableReferToEachOther()
	h.Says("SELECT count(*) FROM dossier_marks", "0")
}
