package sqlite

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

func TestLocate(t *testing.T) {
	path, _ := newFile(t, house)
	s := opened(t, path)
	boss := hop(members, "id", "boss")
	boss.Repeat = true
	circle := by(members, "member_no", one(0, "C-00001"), one(7, "C-00002"))
	circle.Any[0].Via = []connectors.Hop{boss}
	meter := by(readings, "member_no", one(0, "C-00001"), one(1, "C-00002"))
	last := hop(leases, "flat", "flat")
	last.During = &connectors.Between{Date: "read_on", From: "started", To: "ended"}
	meter.Any[0].Via = []connectors.Hop{hop(members, "id", "member_id"), hop(parties, "lease_no", "lease_no"), last}
	two := by(members, "email", one(0, "ANNA@lipy.example"))
	two.Any = append(two.Any, by(members, "member_no", one(0, "C-00001"), one(1, "C-00001")).Any...)
	owners := by(addresses, "member_no", one(0, "C-00001"))
	owners.Any[0].Via = []connectors.Hop{hop(members, "address_id", "id")}
	owners.Where = []connectors.Cond{connectors.NoneOver(connectors.Step{Collection: members, From: []string{"id"}, To: []string{"address_id"}},
		connectors.NotThat(connectors.InValues("member_no", "C-00001")))}
	both := owners
	both.Where = []connectors.Cond{connectors.NoneOver(connectors.Step{Collection: members, From: []string{"id"}, To: []string{"address_id"}},
		connectors.NotThat(connectors.InValues("member_no", "C-00001", "C-00002")))}
	cut := time.Date(2010, 6, 1, 0, 0, 0, 0, time.UTC)
	all := connectors.Selection{Collection: members, All: true, Fields: []string{"id"}}
	where := func(c ...connectors.Cond) connectors.Selection { s := all; s.Where = c; return s }
	within := func(from, to string) connectors.Selection {
		tuple := one(0, "A")
		day := func(s string) *time.Time {
			if s == "" {
				return nil
			}
			d, _ := time.Parse(time.DateTime, s)
			return &d
		}
		tuple.Within = &connectors.Range{Field: "read_on", From: day(from), To: day(to)}
		return by(readings, "flat", tuple)
	}
	for name, c := range map[string]struct {
		sel  connectors.Selection
		want []string
	}{
		"zero":               {connectors.Selection{}, nil},
		"no match":           {connectors.Selection{Collection: members, Fields: []string{"id"}}, nil},
		"empty values":       {by(members, "member_no", one(0, ""), one(0, nil)), nil},
		"empty in the store": {by(members, "email", one(0, "")), nil},
		"by key":             {by(members, "id", one(3, int64(1))), []string{"3: 1"}},
		"not by prefix":      {by(members, "member_no", one(0, "C-0000")), nil},
		"text for a number":  {by(members, "id", one(0, "10")), []string{"0: 10"}},
		"number for a text":  {by(leases, "flat", one(0, int64(5))), nil},
		"store's equality":   {by(members, "email", one(0, "ANNA@LIPY.EXAMPLE")), []string{"0: 1"}},
		"twice, once":        {by(members, "email", one(0, "ANNA@LIPY.EXAMPLE"), one(0, "anna@lipy.example")), []string{"0: 1"}},
		"for two":            {two, []string{"0: 1", "1: 1"}},
		"path":               {toPayments(one(0, "C-00001"), one(1, "C-00002")), []string{"0: 1", "0: 2", "1: 1", "1: 2", "1: 3"}},
		"repeat":             {circle, []string{"0: 1", "0: 2", "0: 3", "0: 4", "7: 2", "7: 3", "7: 4"}},
		"during":             {meter, []string{"0: 2", "0: 3", "1: 2", "1: 3", "1: 4"}},
		"a co-owner remains": {owners, nil},
		"no owner remains":   {both, []string{"0: 1"}},
		"before":             {where(connectors.BeforeTime("left_on", cut)), []string{"0: 1"}},
		"not before":         {where(connectors.NotThat(connectors.BeforeTime("left_on", cut))), []string{"0: 10", "0: 2", "0: 3", "0: 4"}},
		"dated":              {where(connectors.DatedField("left_on")), []string{"0: 1", "0: 10"}},
		"null is false":      {where(connectors.NotThat(connectors.InValues("member_no", "C-00001"))), []string{"0: 10", "0: 2", "0: 3", "0: 4"}},
		"is null":            {where(connectors.NullField("member_no")), []string{"0: 4"}},
		"empty is a value":   {where(connectors.InValues("email", "")), []string{"0: 4"}},
		"bool as text":       {where(connectors.InValues("active", "false")), []string{"0: 3"}},
		"none of none":       {where(connectors.AnyOf()), nil},
		"all of none":        {where(connectors.AllOf(), connectors.NotThat(connectors.InValues("id"))), []string{"0: 1", "0: 10", "0: 2", "0: 3", "0: 4"}},
		"within":             {within("2018-01-01 00:00:00", "2019-12-31 23:59:59"), []string{"0: 2", "0: 3"}},
		"within, open":       {within("", "2018-01-01 00:00:00"), []string{"0: 1", "0: 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.want == nil {
				c.want = []string{}
			}
			same(t, "located", found(t, s, c.sel), c.want)
			modest, err := connectors.Decompose(t.Context(), s, connectors.Description{}, c.sel)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, sel := range modest {
				got = append(got, found(t, s, sel)...)
			}
			same(t, "in key hops", sorted(got), c.want)
			tallies, err := s.Count(t.Context(), []connectors.Selection{c.sel})
			if err != nil {
				t.Fatal(err)
			}
			total, by := tallyOf(c.want)
			same(t, "counted", tallies[0].Total, total)
			same(t, "by person", tallies[0].ByPerson, by)
		})
	}
}

func TestValuesComeBackAsStored(t *testing.T) {
	path, db := newFile(t, `CREATE TABLE v (k TEXT PRIMARY KEY, i INTEGER, r REAL, t TEXT, b BLOB, d DATE, ts TIMESTAMP, n DECIMAL(10,2), dt DECIMAL TEXT, f BOOLEAN, j JSON, x);`)
	big := strings.Repeat("\x00\xff", 40000)
	for _, q := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO v VALUES ('full', 9007199254740993, 0.1, 'a'||char(0)||'b', x'00ff', '2020-01-02', '2020-01-02 03:04:05', 9007199254740993, '12345678901234567890.10', 1, '{"a":[1]}', 'x')`, nil},
		{`INSERT INTO v VALUES ('null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`, nil},
		{`INSERT INTO v VALUES ('odd', 'text', 'text', '', x'', '0000-00-00', 1700000000, '-0.50', 'n/a', 2, 'no json', 5)`, nil},
		{`INSERT INTO v VALUES ('big', 0, 0, '', ?1, '', '', 0, '', 0, '', ?1)`, []any{[]byte(big)}},
	} {
		if _, err := db.Exec(q.text, q.args...); err != nil {
			t.Fatal(err)
		}
	}
	s := opened(t, path)
	sel := by(coll("v", "k"), "k", one(0, "full"), one(0, "null"), one(0, "odd"), one(0, "big"))
	sel.Fields = []string{"k", "i", "r", "t", "b", "d", "ts", "n", "dt", "f", "j", "x"}
	rows := map[string][]any{}
	if err := connectors.Each(t.Context(), s, sel, func(_ int, v []any) error { rows[v[0].(string)] = v[1:]; return nil }); err != nil {
		t.Fatal(err)
	}
	want := map[string][]any{
		"full": {int64(9007199254740993), 0.1, "a\x00b", []byte{0, 255}, "2020-01-02", "2020-01-02 03:04:05", int64(9007199254740993),
			connectors.Decimal("12345678901234567890.10"), true, connectors.JSON(`{"a":[1]}`), "x"},
		"null": {nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil},
		"odd":  {"text", "text", "", []byte{}, "0000-00-00", int64(1700000000), -0.5, "n/a", int64(2), "no json", int64(5)},
	}
	for k, w := range want {
		for i := range w {
			if !connectors.Same(rows[k][i], w[i]) {
				t.Errorf("%s.%s is %T, want %T", k, sel.Fields[1+i], rows[k][i], w[i])
			}
		}
	}
	for _, i := range []int{3, 10} {
		b, ok := rows["big"][i].(connectors.Blob)
		if !ok || b.Size != int64(len(big)) {
			t.Fatalf("a large BLOB is a %T", rows["big"][i])
		}
		same(t, "content", readBlob(t, s, b) == big, true)
	}
}

func TestFieldsAndCollectionsThatAreNotThere(t *testing.T) {
	path, _ := newFile(t, house)
	s := opened(t, path)
	if _, err := located(s, by(coll("nowhere", "id"), "id", one(0, int64(1)))); !errors.Is(err, connectors.ErrNoCollection) {
		t.Errorf("a missing table: %v", err)
	}
	for what, sel := range map[string]connectors.Selection{
		"view":  by(coll("active_members", "id"), "id", one(0, int64(1))),
		"field": by(members, "pesel", one(0, "80010112345")),
	} {
		_, err := located(s, sel)
		var d connectors.Diagnostics
		if !errors.As(err, &d) || strings.Contains(err.Error(), "80010112345") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
