package archive

import (
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// recipients are (c), with the transfers of 15(2). Who stands in a disclosure log is an actual recipient of this
// person's data (C-154/21); so is whoever the map says receives a collection the person has rows in. Authorities in a
// particular inquiry are no recipients (art. 4(9)) and are never shown.
func (x *assembly) recipients(a *Article15) {
	a.Recipients = []Recipient{}
	at := map[string]int{}
	add := func(key string, r *datamap.Recipient, name string) *Recipient {
		i, ok := at[key]
		if !ok {
			i = len(a.Recipients)
			at[key] = i
			a.Recipients = append(a.Recipients, x.recipient(r, name))
			x.transfer(a, r)
		}
		return &a.Recipients[i]
	}
	for _, d := range x.f.Disclosures {
		r := x.named(d.Recipient)
		if r != nil && r.NotOne != "" {
			continue
		}
		key := d.Recipient
		if r != nil {
			key = r.Name
		}
		v := add(key, r, d.Recipient)
		v.FromRecord = true
		first, last := day(d.First), day(d.Last)
		if first != "" && (v.First == "" || first < v.First) {
			v.First = first
		}
		if last > v.Last {
			v.Last = last
		}
		v.What = union(v.What, d.What)
	}
	for _, c := range x.held {
		for _, r := range c.Recipients {
			if r.NotOne == "" {
				v := add(r.Name, r, r.Title)
				v.What = union(v.What, []string{x.label(c.Label)})
			}
		}
	}
	for _, name := range x.f.Planned {
		if r := x.m.Recipients[name]; r != nil && r.NotOne == "" {
			a.Planned = append(a.Planned, x.recipient(r, r.Title))
		}
	}
}

// named finds the recipient a log names: by its name in the map or by the name people know.
func (x *assembly) named(s string) *datamap.Recipient {
	if r := x.m.Recipients[s]; r != nil {
		return r
	}
	for _, r := range x.m.Recipients {
		if strings.EqualFold(strings.TrimSpace(s), r.Title) {
			return r
		}
	}
	return nil
}

func (x *assembly) recipient(r *datamap.Recipient, name string) Recipient {
	if r == nil {
		return Recipient{Name: name}
	}
	v := Recipient{Name: r.Title, Category: x.label(r.Category)}
	if x.has("role." + r.Role) {
		v.Role = x.T("role." + r.Role)
	}
	return v
}

func (x *assembly) transfer(a *Article15, r *datamap.Recipient) {
	if r == nil || r.Country == "" {
		return
	}
	ground := r.Safeguard
	if x.has("ground." + ground) {
		ground = x.T("ground." + ground)
	}
	a.Transfers = append(a.Transfers, Transfer{Country: x.country(r.Country), Recipient: r.Title, Ground: ground, Instrument: r.Reference})
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func union(a, b []string) []string {
	for _, s := range b {
		if s != "" && !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}
