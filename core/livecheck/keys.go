package livecheck

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// key compares what names a row here and there.
func (v *view) key(c *datamap.Collection, t *connectors.SchemaCollection) {
	if len(t.Key) == 0 {
		v.parts(c, t)
		return
	}
	if c.Rows != nil || isPath(c.At) || isElement(c) {
		return
	}
	if sameSet(c.Key, t.Key) {
		return
	}
	for _, u := range t.Unique {
		if sameSet(c.Key, u) {
			return
		}
	}
	for _, k := range c.Key {
		if column(t, k) == nil {
			return // that was said
		}
	}
	hint := "key: " + t.Key[0]
	if len(t.Key) > 1 {
		hint = "key: [" + commas(t.Key) + "]"
	}
	v.error(c.Pos, hint, "the key of %s is %s here, and %s in the store", c.Name, commas(c.Key), commas(t.Key))
}

// parts reports a table whose partitions have the key the map names, and which itself has none: a key may stand in two of them.
func (v *view) parts(c *datamap.Collection, t *connectors.SchemaCollection) {
	for _, u := range t.Unique {
		if sameSet(c.Key, u) {
			return
		}
	}
	for _, p := range t.Parts {
		if slices.ContainsFunc(p.Keys, func(k []string) bool { return subset(k, c.Key) }) {
			v.error(c.Pos, "a key over the whole table, with the columns it is divided by", "%s is a key of partition %s only: two rows of %s may have the same", commas(c.Key), p.Name, c.Name)
			return
		}
	}
}

func isElement(c *datamap.Collection) bool { return len(c.At) > 2 && c.At[len(c.At)-2:] == "[]" }

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// indexes warns of edges whose rows can only be found by reading the whole table.
func (v *view) indexes(c *datamap.Collection, t *connectors.SchemaCollection) {
	if len(t.Indexes) == 0 && len(t.Key) == 0 {
		return // the store does not say
	}
	for _, e := range c.Edges {
		if e.To == nil || !e.Rights() || e.Implicit {
			continue
		}
		if e.Kind == datamap.OwnedBy && !led(t, e.Fields) {
			v.said[t.Name+"("+commas(e.Fields)+")"] = true
			v.warn(e.Pos, "an index on "+commas(e.Fields), "no index of %s begins with %s; each search reads all of it", c.Name, commas(e.Fields))
		}
	}
	for _, f := range c.Fields {
		switch {
		case f.Identifier == nil:
		case !led(t, []string{f.Name}):
			v.warn(f.Pos, "an index on "+f.Name, "no index of %s begins with %s; each search reads all of it", c.Name, f.Name)
		case f.Identifier.FoldsCase() && !slices.ContainsFunc(t.Caseless, func(n string) bool { return strings.EqualFold(n, f.Name) }):
			v.warn(f.Pos, "an index on "+f.Name+" that ignores case", "no index of %s finds %s in whatever case it is written; each search reads all of it", c.Name, f.Name)
		}
	}
}

// led says whether an index begins with these columns, in any order.
func led(t *connectors.SchemaCollection, fields []string) bool {
	for _, i := range append(append([][]string{t.Key}, t.Unique...), t.Indexes...) {
		if len(i) >= len(fields) && sameSet(i[:len(fields)], fields) {
			return true
		}
	}
	return false
}
