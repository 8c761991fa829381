package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dossier-dsr/dossier/test/servers"
)

// mysqlHand sends several statements at once.
type mysqlHand struct {
	db   *sql.DB
	conn *sql.Conn
}

func newMySQLHand(ctx context.Context, name string) (servers.Database, hand, error) {
	at, err := servers.NewMySQL(name)
	if err != nil {
		return at, nil, err
	}
	db, err := servers.OpenMySQL(at.URL)
	if err != nil {
		return at, nil, err
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "SET SESSION transaction_isolation = 'READ-COMMITTED'")
	}
	if err != nil { // as MariaDB called it before 11.1
		_, err = conn.ExecContext(ctx, "SET SESSION tx_isolation = 'READ-COMMITTED'")
	}
	return at, &mysqlHand{db, conn}, err
}

func (h *mysqlHand) lay(ctx context.Context, c club) error {
	digits := "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)"
	var from, sum []string
	for i, place := 0, 1; place <= c.most(); i, place = i+1, place*10 {
		from, sum = append(from, fmt.Sprintf("%s AS d%d", digits, i)), append(sum, fmt.Sprintf("%d * d%d.d", place, i))
	}
	all := append([]string{fmt.Sprintf("CREATE TABLE numbers (i bigint PRIMARY KEY) AS SELECT 1 + %s AS i FROM %s WHERE 1 + %[1]s <= %[3]d", strings.Join(sum, " + "), strings.Join(from, ", "), c.most())},
		c.layout(clubWords{whole: "bigint", text: "varchar(190)", decimal: "decimal(10,2)", asText: "%s", day: "date_add('2000-01-01', INTERVAL %s DAY)"})...)
	for _, q := range all { // the foreign keys make the indexes
		if _, err := h.conn.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return h.tidy(ctx)
}

func (h *mysqlHand) tidy(ctx context.Context) error {
	for _, t := range clubTables {
		if err := h.told(ctx, "ANALYZE TABLE "+t.name); err != nil { //nolint:misspell // SQL spells it so
			return err
		}
	}
	return nil
}

// told runs a statement that answers with rows nobody wants.
func (h *mysqlHand) told(ctx context.Context, text string) error {
	rows, err := h.conn.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() { //nolint:revive // each is read, as it has to be
	}
	return rows.Err()
}

func (h *mysqlHand) erase(ctx context.Context, numbers []string) error {
	listed := "'" + strings.Join(numbers, "', '") + "'"
	members, err := h.ids(ctx, "START TRANSACTION; SELECT id FROM members WHERE member_no IN ("+listed+") ORDER BY id FOR UPDATE")
	if err != nil {
		return err
	}
	if len(members) != len(numbers) {
		return errors.New("a member by hand is not there")
	}
	of := " IN (" + strings.Join(members, ", ") + ")"
	orders, err := h.ids(ctx, "SELECT id FROM orders WHERE member_id"+of+" ORDER BY id FOR UPDATE")
	if err != nil {
		return err
	}
	under := " IN (" + strings.Join(orders, ", ") + ")"
	_, err = h.conn.ExecContext(ctx, "DELETE FROM order_lines WHERE order_id"+under+"; DELETE FROM visits WHERE member_id"+of+"; DELETE FROM letters WHERE member_id"+of+
		"; DELETE FROM orders WHERE id"+under+"; DELETE FROM members WHERE id"+of+"; COMMIT")
	return err
}

// ids are what the last statement of several gives.
func (h *mysqlHand) ids(ctx context.Context, text string) (out []string, err error) {
	rows, err := h.conn.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for more := true; more; more = rows.NextResultSet() {
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return nil, err
			}
			out = append(out, id)
		}
	}
	return out, rows.Err()
}

func (h *mysqlHand) export(ctx context.Context, number, dir string) error {
	for _, q := range ofMember {
		if err := h.toCSV(ctx, fmt.Sprintf(q.text, "'"+number+"'"), filepath.Join(dir, q.name+".csv")); err != nil {
			return err
		}
	}
	return nil
}

func (h *mysqlHand) visits(ctx context.Context, number, file string) error {
	return h.toCSV(ctx, fmt.Sprintf(visitsOfMember, "'"+number+"'"), file)
}

func (h *mysqlHand) toCSV(ctx context.Context, query, file string) error {
	rows, err := h.conn.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = rowsToCSV(f, rows)
	return errors.Join(err, f.Close())
}

func (h *mysqlHand) print(ctx context.Context, table string, columns []string) (out string, err error) {
	var n, sum string
	err = h.conn.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(crc32(concat_ws('|', "+strings.Join(columns, ", ")+"))), 0) FROM "+table).Scan(&n, &sum)
	return n + ", " + sum, err
}

func (h *mysqlHand) close() {
	_ = h.conn.Close()
	_ = h.db.Close()
}
