package mysql

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestWhatARehearsalMeets: whatever forbids a change is met by a rehearsal, is named by table and constraint and never by a value, and leaves
// everything as it was.
func TestWhatARehearsalMeets(t *testing.T) {
	h := newHouse(t, `CREATE TABLE customers (id int PRIMARY KEY, no varchar(20) UNIQUE, email varchar(50), name text NOT NULL, note varchar(20), CONSTRAINT by_email UNIQUE (email), CONSTRAINT quiet CHECK (note <> 'gone'));
		CREATE TABLE orders (id int PRIMARY KEY, customer_id int, CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id));
		CREATE TABLE bills (id int PRIMARY KEY, customer_id int, customer_no varchar(20), KEY (customer_id, customer_no)); ALTER TABLE customers ADD KEY (id, no);
		ALTER TABLE bills ADD CONSTRAINT bill_to FOREIGN KEY (customer_id, customer_no) REFERENCES customers (id, no);
		INSERT INTO customers VALUES (1, 'secret-1', 'secret@one', 'secret Anna', ''), (2, 'secret-2', 'secret@two', 'secret Ewa', ''), (3, 'secret-3', 'secret@three', 'x', '');
		INSERT INTO orders VALUES (1, 1); INSERT INTO bills VALUES (1, 2, 'secret-2')`)
	customers := coll("customers", "id")
	to := func(field string, v any) connectors.Treatment {
		return set(by(customers, "no", "secret-3"), connectors.Assign{Field: field, To: v})
	}
	for name, c := range map[string]struct {
		do   connectors.Treatment
		path string
		says []string
	}{
		"a foreign key":                   {del(by(customers, "no", "secret-1")), "orders.customer_id", []string{"rows of orders", "by customer_id", "customers", "of_customer"}},
		"a foreign key of two columns":    {del(by(customers, "no", "secret-2")), "bills.customer_id, customer_no", []string{"rows of bills", "customers", "bill_to"}},
		"a unique key":                    {to("email", "secret@one"), "customers.by_email", []string{"a unique key", "customers.by_email"}},
		"NOT NULL":                        {to("name", nil), "customers.name", []string{"NOT NULL", "customers.name"}},
		"a CHECK":                         {to("note", "gone"), "customers.quiet", []string{"a CHECK constraint", "customers.quiet"}},
		"a trigger that quotes the value": {to("note", "later"), "customers", []string{"a trigger of the database", "customers"}},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(name, "a trigger") {
				h.Run("CREATE TRIGGER no BEFORE UPDATE ON customers FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not secret@three'")
				defer h.Run("DROP TRIGGER no")
			}
			out, err := h.ApplyWith(connectors.ApplyOptions{Rehearse: true}, c.do)
			var notes connectors.Diagnostics
			if !errors.Is(err, connectors.ErrConflict) || !errors.As(err, &notes) || len(out) != 1 || len(out[0].Notes) != 1 || out[0].Notes[0] != notes[0] || notes[0].Path != c.path {
				t.Fatalf("%v, %+v", err, out)
			}
			all := fmt.Sprintf("%v %+v", err, out)
			for _, w := range c.says {
				if !strings.Contains(notes[0].Summary, w) || !strings.Contains(err.Error(), w) {
					t.Errorf("it does not say %q: %s", w, all)
				}
			}
			if strings.Contains(all, "secret") {
				t.Errorf("it says a value: %s", all)
			}
		})
	}
	h.Says("SELECT group_concat(no, email, name, note ORDER BY id) FROM customers", "secret-1secret@onesecret Anna,secret-2secret@twosecret Ewa,secret-3secret@threex")
}

// TestARehearsalIsGivenUp: one that may take no longer ends at once, and lets go of what it had locked.
func TestARehearsalIsGivenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t, `CREATE TABLE customers (id int PRIMARY KEY, no varchar(20));
		CREATE TRIGGER slow BEFORE DELETE ON customers FOR EACH ROW DO SLEEP(120); INSERT INTO customers VALUES (1, 'C-1')`)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		defer stop()
		if err := h.Waits(t.Context(), "SLEEP(120)"); err != nil {
			t.Error(err)
		}
	}()
	do := []connectors.Treatment{del(by(coll("customers", "id"), "no", "C-1"))}
	do[0].ID, do[0].AtMost = "t1", 1
	began := time.Now()
	if out, err := h.Store.(connectors.Writer).Apply(ctx, do, connectors.ApplyOptions{Rehearse: true}); !errors.Is(err, context.Canceled) || out[0].Changed != 0 {
		t.Errorf("%v, %+v", err, out)
	}
	if took := time.Since(began); took > 100*time.Second {
		t.Errorf("it ended after %s, when the statement did", took)
	}
	h.Run("SET innodb_lock_wait_timeout = 120; UPDATE customers SET no = 'C-2'")
	if n := h.Read("SELECT count(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE '%SLEEP(120)%' AND ID <> CONNECTION_ID()"); n != "0" {
		t.Errorf("the statement goes on (%s)", n)
	}
}

// TestWhatARehearsalWouldLeaveBehind: where a trigger writes to a table from which nothing is taken back, or to a file, nothing is rehearsed, and nothing changed.
func TestWhatARehearsalWouldLeaveBehind(t *testing.T) {
	h := newHouse(t, `CREATE TABLE customers (id int PRIMARY KEY, no varchar(20)); INSERT INTO customers VALUES (1, 'C-1'); CREATE TABLE quiet (id int PRIMARY KEY); CREATE TABLE notes (id int) ENGINE=Aria`)
	rehearsed := func() error {
		_, err := h.ApplyWith(connectors.ApplyOptions{Rehearse: true}, del(by(coll("customers", "id"), "no", "C-1")))
		return err
	}
	for name, c := range map[string]struct{ triggers, undo, says string }{
		"into an Aria table":         {"CREATE TRIGGER a AFTER DELETE ON customers FOR EACH ROW INSERT INTO notes VALUES (OLD.id)", "DROP TRIGGER a", "may write to notes"},
		"into one by way of another": {"CREATE TRIGGER b AFTER DELETE ON customers FOR EACH ROW INSERT INTO quiet VALUES (OLD.id); CREATE TRIGGER c AFTER INSERT ON quiet FOR EACH ROW INSERT INTO notes VALUES (NEW.id)", "DROP TRIGGER b; DROP TRIGGER c", "trigger c of quiet"},
		"by what nobody may read":    {"CREATE TRIGGER d AFTER DELETE ON customers FOR EACH ROW CALL nobody_knows(OLD.id)", "DROP TRIGGER d", "does not tell all"},
		"into a file":                {"CREATE TRIGGER e AFTER DELETE ON customers FOR EACH ROW SELECT OLD.no INTO OUTFILE '/nowhere/x' FROM DUAL", "DROP TRIGGER e", "a file"},
	} {
		t.Run(name, func(t *testing.T) {
			h.Run(c.triggers)
			if err := rehearsed(); !errors.Is(err, connectors.ErrNotSupported) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			h.Run(c.undo)
		})
	}
	h.Run("CREATE TRIGGER f AFTER DELETE ON customers FOR EACH ROW INSERT INTO quiet VALUES (OLD.id)")
	if err := rehearsed(); err != nil {
		t.Error(err)
	}
	h.Says("SELECT concat((SELECT count(*) FROM customers), (SELECT count(*) FROM quiet), (SELECT count(*) FROM notes))", "100")
}
