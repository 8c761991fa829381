package state

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// Tx is one transaction. It is valid only inside the function it is given to, and not for concurrent use.
type Tx struct {
	tx  *sql.Tx
	ctx context.Context
}

// Write runs f in one immediate transaction: all of it is stored, durably, or nothing. There is one writer at a time; f must not
// wait for anything but the database, and must not call Write: it would wait for itself. f is run once.
func (db *DB) Write(ctx context.Context, f func(*Tx) error) error {
	return run(ctx, db.writer, nil, f)
}

// WriteSoon is Write for what may be done again: it is stored whole and in order with what other calls store, but outlives a loss of
// power only once a later Write has returned. A process that is killed loses nothing of it.
func (db *DB) WriteSoon(ctx context.Context, f func(*Tx) error) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = conn.Close() }() // back to the pool, or gone already
	if _, err := conn.ExecContext(ctx, "PRAGMA synchronous = NORMAL"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA synchronous = FULL"); err != nil {
			_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // the next one is opened as it should be
		}
	}()
	return run(ctx, conn, nil, f)
}

// Read runs f on one snapshot; it does not wait for writers.
func (db *DB) Read(ctx context.Context, f func(*Tx) error) error {
	return run(ctx, db.readers, &sql.TxOptions{ReadOnly: true}, f)
}

type beginner interface {
	BeginTx(context.Context, *sql.TxOptions) (*sql.Tx, error)
}

func run(ctx context.Context, db beginner, opts *sql.TxOptions, f func(*Tx) error) error {
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if err := f(&Tx{tx, ctx}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// SQL is the transaction itself, for a job queue's transactional insert.
func (tx *Tx) SQL() *sql.Tx { return tx.tx }

// Context is the context of the transaction.
func (tx *Tx) Context() context.Context { return tx.ctx }

func (tx *Tx) exec(query string, args ...any) (int64, error) {
	r, err := tx.tx.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// one runs a statement that must change a row; none is ErrNotFound.
func (tx *Tx) one(what, query string, args ...any) error {
	n, err := tx.exec(query, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if n == 0 {
		return fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	return nil
}

func (tx *Tx) do(what, query string, args ...any) error {
	if _, err := tx.exec(query, args...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

type scanner interface{ Scan(...any) error }

// all reads every row of a query.
func all[T any](tx *Tx, what string, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.tx.QueryContext(tx.ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// get reads one row; none is ErrNotFound.
func get[T any](tx *Tx, what string, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	v, err := scan(tx.tx.QueryRowContext(tx.ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return v, fmt.Errorf("%s: %w", what, err)
	}
	return v, nil
}

func scalar[T any](s scanner) (T, error) {
	var v T
	err := s.Scan(&v)
	return v, err
}
