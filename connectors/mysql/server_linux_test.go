package mysql

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
	"github.com/dossier-dsr/dossier/test/servers"
	"github.com/dossier-dsr/dossier/test/tables"
)

// TestHowServersMayBeSet: a server may log statements, take small messages alone, change nothing for now, and let few in. Each is told apart,
// and nothing is done by halves.
func TestHowServersMayBeSet(t *testing.T) {
	own := servers.OwnMySQL(t, "--log-bin", "--binlog-format=STATEMENT", "--max-allowed-packet=128K")
	admin := func(statements ...string) {
		t.Helper()
		if err := servers.TellMySQL(own.Admin, statements...); err != nil {
			t.Fatal(err)
		}
	}
	lived := func(t *testing.T, addresses int) *house {
		h := houseOn(t, own.Database(t), tables.Owned)
		h.OwnedBy(addresses, 2, 1)
		for _, table := range []string{"addresses", "members", "payments"} {
			h.Run("GRANT SELECT, INSERT, UPDATE, DELETE ON " + table + " TO " + h.Read("SELECT DATABASE()") + "_bare")
		}
		name := h.Read("SELECT DATABASE()")
		h.Run("GRANT TRIGGER ON `" + strings.ReplaceAll(name, "_", `\_`) + "`.* TO " + name + "_bare") // by which it is told of triggers
		h.Store = h.open(h.Bare)                                                                       // who may do anything goes on when others may not
		return h
	}
	// all is every row, so that it can be seen that none is another one.
	all := func(h *house) string {
		return h.Read("SELECT concat_ws(' ', (SELECT count(*) FROM addresses), (SELECT count(*) FROM members), (SELECT count(*) FROM payments))")
	}

	t.Run("statements are logged", func(t *testing.T) {
		h := lived(t, 2)
		out, err := h.Apply(tables.Leave("C-0")...)
		var notes connectors.Diagnostics
		if !errors.As(err, &notes) || !strings.Contains(notes[0].Detail, "binlog_format") || len(out) != 3 || out[0].Changed != 0 {
			t.Errorf("%+v, %v", out, err)
		}
		if got := all(h); got != "2 4 4" {
			t.Errorf("something was done by halves: %s", got)
		}
		admin("SET GLOBAL binlog_format = MIXED")
		h.Store = h.open(h.Bare)
		h.Changes([]int64{1, 1, 0}, tables.Leave("C-0")...)
	})

	t.Run("messages are small", func(t *testing.T) {
		const addresses = 2000
		h := lived(t, addresses)
		nos := make([]string, 0, 2*addresses)
		for i := range 2*addresses - 1 { // the last stays, and her address with her
			nos = append(nos, fmt.Sprintf("C-%d", i))
		}
		long := strings.Repeat("x", 100_000)
		h.Run("ALTER TABLE addresses MODIFY street longtext")
		do := tables.Leave(nos...)
		for i := range do {
			do[i].AtMost = 2 * addresses
		}
		h.Changes([]int64{2*addresses - 1, 2*addresses - 1, addresses - 1}, do...)
		h.Changes([]int64{1}, set(by(coll("addresses", "id"), "id", int64(addresses-1)), connectors.Assign{Field: "street", To: long}))
		h.Says("SELECT length(street) FROM addresses", "100000")
		_, err := h.Apply(set(by(coll("addresses", "id"), "id", int64(addresses-1)), connectors.Assign{Field: "street", To: long + long}))
		if !errors.Is(err, connectors.ErrNotSupported) || !strings.Contains(err.Error(), "max_allowed_packet") {
			t.Errorf("a value larger than what the server takes: %v", err)
		}
	})

	t.Run("nothing is changed", func(t *testing.T) {
		h := lived(t, 1)
		admin("SET GLOBAL read_only = ON")
		out, err := h.Apply(tables.Leave("C-0")...)
		admin("SET GLOBAL read_only = OFF")
		if !errors.Is(err, connectors.ErrTryLater) || !strings.Contains(err.Error(), "takes no changes now") || out[0].Changed != 0 {
			t.Errorf("%+v, %v", out, err)
		}
		h.Changes([]int64{1, 1, 0}, tables.Leave("C-0")...)
	})

	t.Run("few are let in", func(t *testing.T) {
		h := lived(t, 1)
		admin("SET GLOBAL max_connections = 10")
		defer admin("SET GLOBAL max_connections = 100")
		db, err := servers.OpenMySQL(h.Ordinary)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for full := false; !full; {
			conn, err := db.Conn(t.Context())
			if err == nil {
				defer conn.Close()
			}
			full = err != nil
		}
		opened, err := Connector{}.Open(t.Context(), connectors.Config{settings.URL: h.Bare})
		if err == nil {
			opened.Close()
		}
		if !errors.Is(err, connectors.ErrTryLater) {
			t.Errorf("let in: %v", err)
		}
		h.Changes([]int64{1, 1, 0}, tables.Leave("C-0")...) // by a connection there was before
	})
}

// TestALostConnectionIsALostTransaction: no statement goes on by another connection than the one its transaction was begun on, and the lock
// of the step goes with it.
func TestALostConnectionIsALostTransaction(t *testing.T) {
	h := newHouse(t, tables.Owned)
	h.OwnedBy(1, 2, 1)
	opt := connectors.ApplyOptions{Lock: "R-1/register", Confirm: func(context.Context, []connectors.Outcome) error {
		for _, id := range strings.Fields(h.Read("SELECT group_concat(ID SEPARATOR ' ') FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID()")) {
			h.Run("KILL " + id)
		}
		return nil
	}}
	out, err := h.ApplyWith(opt, tables.Leave("C-0")...)
	if !errors.Is(err, connectors.ErrTryLater) || out[1].Changed != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	h.Says("SELECT count(*) FROM members", "2")
	opt.Confirm = tables.Yes
	for {
		out, err = h.ApplyWith(opt, tables.Leave("C-0")...)
		if !errors.Is(err, connectors.ErrTryLater) { // until the server has noticed
			break
		}
	}
	if err != nil || out[1].Changed != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	h.Says("SELECT count(*) FROM members", "1")
}
