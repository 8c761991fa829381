package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dossier-dsr/dossier/test/servers"
)

const clubController = `controller: Klub
contact: { email: biuro@klub.example }
languages: [en]
identifiers:
  member_no: { unique: true, pattern: 'C-\d{7}', label: { en: Member number } }
purposes:
  membership: { label: { en: Membership }, basis: art6_1_b, keep: 5 years }
tombstone: { proof: 6 years, because: claims }
requests: { keep: 6 years, because: claims }
approval: { erasure: anybody }
`

const clubRegister = `system: register
label: { en: Register }
connector: %s
config: { url: "${CLUB_URL}" }
backups: 35 days
restrict: { block: task }
department: Biuro
collections:
  members:
    purposes: { membership: { since: left_on } }
    fields:
      member_no: { identifier: member_no }
      full_name: identity.name
      left_on:   correspondence.date
  orders:
    guards: &heavy { share: 100 %%, because: some members are companies }
    fields:
      member_id: { owned_by: members }
      placed_on: correspondence.date
      said:      vehicle.plate
  order_lines:
    guards: *heavy
    fields:
      order_id: { owned_by: orders }
      article:  vehicle.plate
      price:    { category: finance.amount, unit: PLN }
  visits:
    guards: *heavy
    fields:
      member_id: { owned_by: members }
      seen_on:   correspondence.date
      gate:      vehicle.plate
  letters:
    guards: *heavy
    fields:
      member_id: { owned_by: members }
      sent_on:   correspondence.date
      body:      vehicle.plate
`

// clubTables are what a club holds of a member, those referred to first, with the rows of an ordinary one: 40 in all.
var clubTables = []struct {
	name, columns string
	rows          int
}{
	{"members", "id, member_no, full_name, left_on", 1},
	{"orders", "id, member_id, placed_on, said", 6},
	{"order_lines", "id, order_id, article, price", 18},
	{"visits", "id, member_id, seen_on, gate", 10},
	{"letters", "id, member_id, sent_on, body", 5},
}

const rowsOfAMember = 40

// club is how big a club is: ordinary members, and after them, by number, heavy ones of so many times an ordinary one's rows.
type club struct{ members, heavies, times int }

// number is a member's: who is written and who is read.
func (club) number(id int) string { return fmt.Sprintf("C-%07d", id) }

// heavyRows are a heavy member's.
func (c club) heavyRows() int { return 1 + (rowsOfAMember-1)*c.times }

func (c club) rows() int { return c.members*rowsOfAMember + c.heavies*c.heavyRows() }

// clubWords are what the servers say in their own ways.
type clubWords struct {
	whole, text, decimal, suffix string
	asText, day                  string // formats: a number as text, and the day so many after one
}

// layout are the statements that make a club, each over whole tables, in the words both servers know. Rows of one member do not lie
// together.
func (c club) layout(w clubWords) []string {
	day := func(i string) string { return fmt.Sprintf(w.day, i+" % 3000") }
	out := []string{
		"CREATE TABLE members (id " + w.whole + " PRIMARY KEY, member_no varchar(20) NOT NULL UNIQUE, full_name " + w.text + ", left_on date)" + w.suffix,
		"CREATE TABLE orders (id " + w.whole + " PRIMARY KEY, member_id " + w.whole + " NOT NULL, placed_on date, said " + w.text + ")" + w.suffix,
		"CREATE TABLE order_lines (id " + w.whole + " PRIMARY KEY, order_id " + w.whole + " NOT NULL, article " + w.text + ", price " + w.decimal + ")" + w.suffix,
		"CREATE TABLE visits (id " + w.whole + " PRIMARY KEY, member_id " + w.whole + " NOT NULL, seen_on date, gate " + w.text + ")" + w.suffix,
		"CREATE TABLE letters (id " + w.whole + " PRIMARY KEY, member_id " + w.whole + " NOT NULL, sent_on date, body " + w.text + ")" + w.suffix,
		fmt.Sprintf("INSERT INTO members SELECT i, concat('C-', lpad(%s, 7, '0')), concat('Name of ', i), '2001-02-03' FROM numbers WHERE i BETWEEN 1 AND %d", fmt.Sprintf(w.asText, "i"), c.members+c.heavies),
	}
	for _, t := range []struct {
		table, columns string
		rows           int
	}{
		{"orders", day("i") + ", concat('order ', i)", 6}, {"visits", day("i") + ", concat('gate ', i % 17)", 10}, {"letters", day("i") + ", concat('letter ', i, ' says this and that')", 5},
	} {
		ordinary, heavy := c.members*t.rows, c.heavies*c.times*t.rows
		out = append(out, fmt.Sprintf("INSERT INTO %s SELECT i, 1 + (i * 7919) %% %d, %s FROM numbers WHERE i BETWEEN 1 AND %d", t.table, c.members, t.columns, ordinary))
		if heavy > 0 {
			out = append(out, fmt.Sprintf("INSERT INTO %s SELECT %d + i, %d + i %% %d, %s FROM numbers WHERE i BETWEEN 1 AND %d", t.table, ordinary, c.members+1, c.heavies, t.columns, heavy))
		}
	}
	ordinary, heavy := c.members*6, c.heavies*c.times*6
	line := "concat('article ', i % 977), 0.01 * (i % 100000)"
	out = append(out, fmt.Sprintf("INSERT INTO order_lines SELECT i, 1 + (i * 7919) %% %d, %s FROM numbers WHERE i BETWEEN 1 AND %d", ordinary, line, ordinary*3))
	if heavy > 0 {
		out = append(out, fmt.Sprintf("INSERT INTO order_lines SELECT %d + i, %d + i %% %d, %s FROM numbers WHERE i BETWEEN 1 AND %d", ordinary*3, ordinary+1, heavy, line, heavy*3))
	}
	return append(out, "DROP TABLE numbers",
		"ALTER TABLE orders ADD FOREIGN KEY (member_id) REFERENCES members (id)", "ALTER TABLE visits ADD FOREIGN KEY (member_id) REFERENCES members (id)",
		"ALTER TABLE letters ADD FOREIGN KEY (member_id) REFERENCES members (id)", "ALTER TABLE order_lines ADD FOREIGN KEY (order_id) REFERENCES orders (id)")
}

// most is how many numbers the layout counts to.
func (c club) most() int { return max(c.members, c.heavies*c.times) * 18 }

// indexes the servers do not all make by themselves.
var clubIndexes = []string{"CREATE INDEX orders_member ON orders (member_id)", "CREATE INDEX visits_member ON visits (member_id)",
	"CREATE INDEX letters_member ON letters (member_id)", "CREATE INDEX order_lines_order ON order_lines (order_id)"}

// bothClubs are the same club twice on one server: Dossier's, and that of the statements written by hand.
type bothClubs struct {
	club
	*house
	hand hand
	own  hand // the same by hand on Dossier's: to lay it out and to compare
}

func openClubs(ctx context.Context, s settings, c club) (b *bothClubs, err error) {
	b = &bothClubs{club: c}
	var db servers.Database
	for name, into := range map[string]*hand{"hand": &b.hand, "ours": &b.own} {
		at, h, err := newHand(ctx, s.store, fmt.Sprintf("club_%s_%d", name, s.nextClub()))
		if err != nil {
			return nil, err
		}
		if *into = h; name == "ours" {
			db = at
		}
		if err := h.lay(ctx, c); err != nil {
			return nil, err
		}
	}
	b.house, err = openOnServer(ctx, s, db.URL)
	return b, err
}

// openOnServer opens an engine on a club.
func openOnServer(ctx context.Context, s settings, url string) (*house, error) {
	dir, err := os.MkdirTemp("", "dossier-bench-")
	if err != nil {
		return nil, err
	}
	h := &house{dir: dir, mapDir: filepath.Join(dir, "map"), kind: "member_no", env: func(string) string { return url }}
	h.closers = append(h.closers, func() error { return os.RemoveAll(dir) })
	err = os.Mkdir(h.mapDir, 0o700)
	for name, text := range map[string]string{"controller.yaml": clubController, "register.yaml": fmt.Sprintf(clubRegister, s.store)} {
		if err == nil {
			err = os.WriteFile(filepath.Join(h.mapDir, name), []byte(text), 0o600)
		}
	}
	if err == nil {
		err = h.start(ctx, s)
	}
	if err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (b *bothClubs) close() {
	b.house.close()
	b.hand.close()
	b.own.close()
}

// tidy has both copies look as after a quiet night.
func (b *bothClubs) tidy(ctx context.Context) error {
	for _, h := range []hand{b.hand, b.own} {
		if err := h.tidy(ctx); err != nil {
			return err
		}
	}
	return nil
}

// compare wants the same rows in both copies: whoever is faster must have done the same.
func (b *bothClubs) compare(ctx context.Context) error {
	for _, t := range clubTables {
		hand, err := b.hand.print(ctx, t.name, strings.Split(t.columns, ", "))
		if err != nil {
			return err
		}
		ours, err := b.own.print(ctx, t.name, strings.Split(t.columns, ", "))
		if err != nil {
			return err
		}
		if hand != ours {
			return fmt.Errorf("%s: after the statements by hand %s, after Dossier %s (rows, and their sum)", t.name, hand, ours)
		}
	}
	line("both copies hold the same rows in every table")
	return nil
}
