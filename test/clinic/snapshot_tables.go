package clinic

import (
	"context"
	"database/sql"
	"strings"

	"github.com/jackc/pgx/v5"
)

// keys are the tables of the two databases, and how many columns, from the first, name a row of each.
var keys = map[string]map[string]int{
	"records": {"patients": 1, "visits": 1, "record_entries": 2, "referrals": 1, "treatment_plans": 1, "guarantees": 1, "disputes": 1, "imaging_orders": 1, "disclosures": 1, "doctors": 1},
	"billing": {"payers": 1, "invoices": 2, "items": 3},
}

func (s *Stores) readRecords(ctx context.Context, out Snapshot) error {
	for table, key := range keys["records"] {
		rows, err := s.records.Query(ctx, "SELECT * FROM clinic."+table, pgx.QueryResultFormats{pgx.TextFormatCode})
		if err != nil {
			return err
		}
		for rows.Next() {
			var columns []string
			var cells []sql.RawBytes
			for i, v := range rows.RawValues() {
				columns, cells = append(columns, rows.FieldDescriptions()[i].Name), append(cells, v)
			}
			out.add("records/"+table, key, columns, cells)
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stores) readBilling(ctx context.Context, out Snapshot) error {
	for table, key := range keys["billing"] {
		if err := s.readTable(ctx, table, key, out); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stores) readTable(ctx context.Context, table string, key int, out Snapshot) error {
	rows, err := s.billing.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	cells, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		out.add("billing/"+table, key, columns, cells)
	}
	return rows.Err()
}

// add adds a row; nil is NULL.
func (a Snapshot) add(where string, key int, columns []string, cells []sql.RawBytes) {
	var lines []string
	for i, v := range cells {
		if i < key {
			where += "/" + string(v)
		}
		if v != nil {
			lines = append(lines, columns[i]+"="+string(v))
		}
	}
	a[where] = strings.Join(lines, "\n")
}
