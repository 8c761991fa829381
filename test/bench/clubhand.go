package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/test/servers"
)

// hand is what one would write for a club on one kind of server.
type hand interface {
	lay(ctx context.Context, c club) error
	// erase takes members away in one transaction: their rows are locked from the top and what leads on is captured by the lock, then
	// everything goes by its keys, each phase in one round trip.
	erase(ctx context.Context, numbers []string) error
	// export writes what is held of a member, a CSV file a table.
	export(ctx context.Context, number, dir string) error
	// visits writes the visits of a member into one CSV file, in the fastest way the server has.
	visits(ctx context.Context, number, file string) error
	// print is the number of rows of a table and a sum over them.
	print(ctx context.Context, table string, columns []string) (string, error)
	tidy(ctx context.Context) error
	close()
}

func newHand(ctx context.Context, kind, name string) (servers.Database, hand, error) {
	servers.Lasting()
	if kind == "mysql" {
		return newMySQLHand(ctx, name)
	}
	db, err := servers.NewPostgres(name)
	if err != nil {
		return db, nil, err
	}
	conn, err := pgx.Connect(ctx, db.URL)
	return db, &postgresHand{conn}, err
}

// postgresHand keeps its statements prepared.
type postgresHand struct{ conn *pgx.Conn }

func (h *postgresHand) lay(ctx context.Context, c club) error {
	all := append([]string{fmt.Sprintf("CREATE TABLE numbers AS SELECT i::bigint FROM generate_series(1, %d) AS i", c.most())},
		c.layout(clubWords{whole: "bigint", text: "text", decimal: "numeric(10,2)", suffix: " WITH (autovacuum_enabled = false)", asText: "%s::text", day: "date '2000-01-01' + (%s)::int"})...)
	for _, q := range append(all, clubIndexes...) {
		if _, err := h.conn.Exec(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return h.tidy(ctx)
}

func (h *postgresHand) tidy(ctx context.Context) error {
	for _, q := range []string{"VACUUM (ANALYZE)", "CHECKPOINT"} { //nolint:misspell // SQL spells it so
		if _, err := h.conn.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func (h *postgresHand) erase(ctx context.Context, numbers []string) error {
	var members, orders []int64
	b := &pgx.Batch{}
	b.Queue("BEGIN")
	b.Queue("SELECT id FROM members WHERE member_no = ANY($1) ORDER BY id FOR UPDATE", numbers).Query(into(&members))
	b.Queue("SELECT o.id FROM orders o JOIN members m ON m.id = o.member_id WHERE m.member_no = ANY($1) ORDER BY o.id FOR UPDATE OF o", numbers).Query(into(&orders))
	if err := h.conn.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if len(members) != len(numbers) {
		return errors.New("a member by hand is not there")
	}
	b = &pgx.Batch{}
	b.Queue("DELETE FROM order_lines WHERE order_id = ANY($1)", orders)
	b.Queue("DELETE FROM visits WHERE member_id = ANY($1)", members)
	b.Queue("DELETE FROM letters WHERE member_id = ANY($1)", members)
	b.Queue("DELETE FROM orders WHERE id = ANY($1)", orders)
	b.Queue("DELETE FROM members WHERE id = ANY($1)", members)
	b.Queue("COMMIT")
	return h.conn.SendBatch(ctx, b).Close()
}

func into(list *[]int64) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*list, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	}
}

// ofMember are the queries of all that is held of one; %s stands for the number.
var ofMember = []struct{ name, text string }{
	{"members", "SELECT member_no, full_name, left_on FROM members WHERE member_no = %s"},
	{"orders", "SELECT o.id, o.placed_on, o.said FROM orders o JOIN members m ON m.id = o.member_id WHERE m.member_no = %s"},
	{"order_lines", "SELECT l.id, l.order_id, l.article, l.price FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN members m ON m.id = o.member_id WHERE m.member_no = %s"},
	{"visits", visitsOfMember},
	{"letters", "SELECT l.id, l.sent_on, l.body FROM letters l JOIN members m ON m.id = l.member_id WHERE m.member_no = %s"},
}

const visitsOfMember = "SELECT v.id, v.seen_on, v.gate FROM visits v JOIN members m ON m.id = v.member_id WHERE m.member_no = %s"

func (h *postgresHand) export(ctx context.Context, number, dir string) error {
	for _, q := range ofMember {
		if err := h.copyOut(ctx, fmt.Sprintf(q.text, "'"+number+"'"), filepath.Join(dir, q.name+".csv")); err != nil {
			return err
		}
	}
	return nil
}

func (h *postgresHand) visits(ctx context.Context, number, file string) error {
	return h.copyOut(ctx, fmt.Sprintf(visitsOfMember, "'"+number+"'"), file)
}

func (h *postgresHand) copyOut(ctx context.Context, query, file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	_, err = h.conn.PgConn().CopyTo(ctx, w, "COPY ("+query+") TO STDOUT (FORMAT csv, HEADER)")
	return errors.Join(err, w.Flush(), f.Close())
}

func (h *postgresHand) print(ctx context.Context, table string, columns []string) (out string, err error) {
	var n, sum int64
	err = h.conn.QueryRow(ctx, "SELECT count(*), coalesce(sum(hashtext(concat_ws('|', "+strings.Join(columns, ", ")+"))), 0) FROM "+table).Scan(&n, &sum)
	return strconv.FormatInt(n, 10) + ", " + strconv.FormatInt(sum, 10), err
}

func (h *postgresHand) close() { _ = h.conn.Close(context.Background()) }
