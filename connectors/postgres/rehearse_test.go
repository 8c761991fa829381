package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestWhatARehearsalMeets: whatever forbids a change is met by a rehearsal, deferred or not, is named by table and constraint and never by
// a value, and leaves everything as it was.
func TestWhatARehearsalMeets(t *testing.T) {
	h := newHouse(t, `CREATE TABLE customers (id int PRIMARY KEY, no text UNIQUE, email text UNIQUE, name text NOT NULL, note text CONSTRAINT quiet CHECK (note <> 'gone'));
		CREATE TABLE orders (id int PRIMARY KEY, customer_id int CONSTRAINT of_customer REFERENCES customers DEFERRABLE INITIALLY DEFERRED);
		CREATE SCHEMA far; CREATE TABLE far.bills (id int, part int, customer_id int CONSTRAINT bill_to REFERENCES customers) PARTITION BY LIST (part);
		CREATE TABLE far.bills_1 PARTITION OF far.bills FOR VALUES IN (1);
		CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not %', OLD.email; END $$;
		INSERT INTO customers VALUES (1, 'secret-1', 'secret@one', 'secret Anna', ''), (2, 'secret-2', 'secret@two', 'secret Ewa', ''), (3, 'secret-3', 'secret@three', 'x', '');
		INSERT INTO orders VALUES (1, 1); INSERT INTO far.bills VALUES (1, 1, 2)`)
	customers := coll("customers", "id")
	to := func(field string, v any) connectors.Treatment {
		return set(by(customers, "no", "secret-3"), connectors.Assign{Field: field, To: v})
	}
	for name, c := range map[string]struct {
		do   connectors.Treatment
		path string
		says []string
	}{
		"a deferred foreign key":          {del(by(customers, "no", "secret-1")), "orders.customer_id", []string{"rows of orders", "customer_id", "customers", "of_customer"}},
		"a foreign key of a partition":    {del(by(customers, "no", "secret-2")), "far.bills.customer_id", []string{"rows of far.bills", "customers"}},
		"a unique key":                    {to("email", "secret@one"), "customers.customers_email_key", []string{"a unique key", "customers_email_key"}},
		"NOT NULL":                        {to("name", nil), "customers.name", []string{"NOT NULL", "customers.name"}},
		"a CHECK":                         {to("note", "gone"), "customers.quiet", []string{"a CHECK constraint", "quiet"}},
		"a trigger that quotes the value": {to("note", "later"), "", []string{"a trigger or function"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.path == "" {
				h.Run("CREATE TRIGGER no BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION refuse()")
				defer h.Run("DROP TRIGGER no ON customers")
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
	h.Says("SELECT string_agg(no || email || name || note, ',' ORDER BY id) FROM customers", "secret-1secret@onesecret Anna,secret-2secret@twosecret Ewa,secret-3secret@threex")
}

// TestARehearsalIsGivenUp: one that may take no longer ends at once, and lets go of what it had locked.
func TestARehearsalIsGivenUp(t *testing.T) {
	h := newHouse(t, `CREATE TABLE customers (id int PRIMARY KEY, no text);
		CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(300); RETURN OLD; END $$;
		CREATE TRIGGER slow BEFORE DELETE ON customers FOR EACH ROW EXECUTE FUNCTION slow(); INSERT INTO customers VALUES (1, 'C-1')`)
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	do := []connectors.Treatment{del(by(coll("customers", "id"), "no", "C-1"))}
	do[0].ID, do[0].AtMost = "t1", 1
	if out, err := h.Store.(connectors.Writer).Apply(ctx, do, connectors.ApplyOptions{Rehearse: true}); !errors.Is(err, context.DeadlineExceeded) || out[0].Changed != 0 {
		t.Errorf("%v, %+v", err, out)
	}
	h.Run("SET lock_timeout = '2min'; UPDATE customers SET no = 'C-2'")
}
