package tables

import (
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// OddDates are texts that are dates, are nearly so, or are none.
func OddDates() []string {
	out := []string{"", " ", "x", "0000-00-00", "0001-01-01", "0002-01-01", "31.12.2009", "2009-12-31x", "2009-12-3", "20091231", "infinity", "-infinity", "now", "today",
		"epoch", "10000-01-01", "2009-12-31 BC", "2009-12-31T", "2009-12-31 ", "2009-12-31 1:02", "2009-12-31 1:02Z", "2009-12-31 24:00", "2009-12-31 23:60", "2009-12-31 23:59:60",
		"2009-12-31 23:59:59.9999999", "2009-12-31 23:59:59,5", "2009-12-31T23:59 +01:00", "2009-12-31 23:59 +01:00", "2009-12-31 23:59:58 Z", "2009-12-31 23:59 Z",
		"2009-12-31 23:59:58+0130", "2009-12-31 23:59:58-07", "2009-12-31 23:59-07", "2009-12-31 23:59-0700", "2009-12-31T23:59:58.25-15:59", "2009-12-31  23:59", "2009-12-31\n",
		"1 2009-12-31", "ąęć-12-31", "2009-12-31T10:11:12.", "2009-12-31T10:11:12z", "99999-12-31 10:11", "2009-06-31", "2009-04-31"}
	for _, year := range []int{2, 400, 1900, 1999, 2000, 2004, 2023, 2024, 9999} {
		for month := 0; month <= 13; month += 1 {
			for _, day := range []int{0, 1, 28, 29, 30, 31, 32} {
				out = append(out, fmt.Sprintf("%04d-%02d-%02d", year, month, day))
			}
		}
	}
	for hour := 0; hour < 26; hour += 5 {
		for _, zone := range []string{"", "Z", "+02:00", " -03:30", "+0200", "+02"} {
			out = append(out, fmt.Sprintf("2020-02-29T%02d:30:15.123456%s", hour, zone), fmt.Sprintf("2020-02-29 %02d:30:15%s", hour, zone), fmt.Sprintf("2020-02-29 %02d:30%s", hour, zone))
		}
	}
	return out
}

// DatesAsGo compares what the database and Go find of dates in a field of a table whose key is id: which are dates, which are before a time
// or between two, and what is left of them when they are cut.
func (h *House) DatesAsGo(table, field, other string) {
	h.Helper()
	for _, zone := range []string{"", "Europe/Warsaw", "America/New_York"} {
		c := Coll(table, "id")
		c.Zone = zone
		all := connectors.Selection{Collection: c, All: true, Fields: []string{"id", field, other}}
		rows := map[any]connectors.Row{}
		err := connectors.Each(h.Context(), h.Store, all, func(_ int, v []any) error {
			rows[v[0]] = connectors.Row{"id": v[0], field: v[1], other: v[2]}
			return nil
		})
		if err != nil {
			h.Fatal(err)
		}
		for _, cond := range []connectors.Cond{connectors.DatedField(field), connectors.NotThat(connectors.DatedField(field)),
			connectors.BeforeTime(field, time.Date(2020, 1, 1, 0, 0, 0, 0, c.Location())), connectors.BeforeTime(field, time.Date(2020, 3, 29, 1, 0, 0, 0, time.UTC)),
			connectors.BeforeTime(field, time.Date(2020, 10, 25, 1, 20, 0, 1, time.UTC)), connectors.BeforeTime(field, time.Date(2009, 12, 31, 23, 0, 0, 0, time.UTC))} {
			sel := all
			sel.Where = []connectors.Cond{cond}
			got := map[any]bool{}
			if err := connectors.Each(h.Context(), h.Store, sel, func(_ int, v []any) error { got[v[0]] = true; return nil }); err != nil {
				h.Fatal(err)
			}
			for id, r := range rows {
				if want := cond.Fits(r, c.Location()); got[id] != want {
					h.Errorf("%s %s of %v in zone %q: the database says %t, Go says %t", cond.Op, field, r[field], zone, got[id], want)
				}
			}
		}
		for _, how := range []connectors.How{connectors.Year, connectors.Month} {
			h.cutsAsGo(c, field, how, rows)
		}
		h.rangesAsGo(c, field, rows)
	}
}

// rangesAsGo asks of each row whether its date lies in a range whose ends are instants.
func (h *House) rangesAsGo(c connectors.Collection, field string, rows map[any]connectors.Row) {
	h.Helper()
	from, to := time.Date(2009, 12, 31, 22, 59, 58, 0, time.UTC), time.Date(2020, 10, 25, 1, 0, 0, 0, time.UTC)
	for _, r := range []connectors.Range{{Field: field, From: &from}, {Field: field, To: &to}, {Field: field, From: &from, To: &to}} {
		m := connectors.Match{Fields: []string{"id"}}
		for id := range rows {
			m.Values = append(m.Values, connectors.Tuple{Values: []any{id}, Within: &r})
		}
		got := map[any]bool{}
		sel := connectors.Selection{Collection: c, Any: []connectors.Match{m}, Fields: []string{"id"}}
		if err := connectors.Each(h.Context(), h.Store, sel, func(_ int, v []any) error { got[v[0]] = true; return nil }); err != nil {
			h.Fatal(err)
		}
		for id, row := range rows {
			if want := r.Holds(row, c.Location()); got[id] != want {
				h.Errorf("%s %v within %v and %v in zone %q: the database says %t, Go says %t", field, row[field], r.From, r.To, c.Zone, got[id], want)
			}
		}
	}
}

// cutsAsGo cuts in a rehearsal: what the database would change is what Go finds different.
func (h *House) cutsAsGo(c connectors.Collection, field string, how connectors.How, rows map[any]connectors.Row) {
	h.Helper()
	t := Set(connectors.Selection{Collection: c, All: true}, connectors.Assign{Field: field, How: how})
	t.AtMost = 1 << 20
	out, err := h.ApplyWith(connectors.ApplyOptions{Rehearse: true}, t)
	if err != nil {
		h.Fatal(err)
	}
	differ := int64(0)
	for _, r := range rows {
		if !connectors.Equal(r[field], connectors.CutDate(r[field], how, c.Location())) {
			differ++
		}
	}
	if out[0].Changed != differ {
		h.Errorf("cut %s of %s in zone %q: the database would change %d rows, Go %d", how, field, c.Zone, out[0].Changed, differ)
	}
}
