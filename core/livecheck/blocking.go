package livecheck

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// The methods whose costs are known here.
const (
	byMove     = "move"
	byPolicies = "row_security"
	byTag      = "tag"
)

// blocking says what the method the map chose for restricted rows needs of the store, and what it breaks there.
func (v *view) blocking() {
	keyed := slices.ContainsFunc(v.schema.Collections, func(t connectors.SchemaCollection) bool { return len(t.Key) > 0 })
	said := false
	for _, c := range v.system.Collections {
		method := c.Restrict.Block
		if method == byTag {
			v.tagged(c)
		}
		if method != byMove && method != byPolicies || isPath(c.At) || isElement(c) || c.Rows != nil || c.Document != nil {
			continue
		}
		for _, t := range v.tables[c] {
			if t.View {
				continue
			}
			if keyed && len(t.Key) == 0 {
				v.error(c.Pos, "a primary key, or restrict: { block: task }", "%s has no primary key, so that its rows cannot be restricted by %s", c.Name, method)
			}
			if t.Partitioned {
				v.warn(c.Pos, "dossier connector install "+v.system.Name+" --print names it", "a new partition of %s can be truncated past restricted rows, until it has the guard the others have", c.Name)
			}
			if method == byMove {
				v.moves(c, t)
			}
			if method == byPolicies {
				v.policies(c, t)
				if !said {
					said = true
					v.warn(restrictAt(v.system, c), "block: move has none of these costs", "row_security has a price from the first day: COPY … FROM fails for accounts it binds, their "+
						"dumps fail or leave rows out, lower(x) = … and LIKE lose their index, each change takes longer")
				}
			}
		}
	}
}

// tagged says where nothing is known that lets a tag restrict documents where they stand.
func (v *view) tagged(c *datamap.Collection) {
	bare := func(t *connectors.SchemaCollection) bool { return len(t.Policies) == 0 }
	if c.Rows == nil && slices.ContainsFunc(v.tables[c], bare) {
		v.error(restrictAt(v.system, c), "versions, and what dossier connector install "+v.system.Name+" --print prints for their owner; or block: move",
			"no policy is known that keeps objects of %s with the tag from applications", c.Name)
	}
}

func restrictAt(s *datamap.System, c *datamap.Collection) datamap.Pos {
	for _, p := range []datamap.Pos{c.Restrict.Pos, s.Restrict.Pos} {
		if p.Line > 0 {
			return p
		}
	}
	return c.Pos
}

// policies reports what reads rows past the policy that hides the restricted ones.
func (v *view) policies(c *datamap.Collection, t *connectors.SchemaCollection) {
	shows := func(tables []string) bool {
		return slices.ContainsFunc(tables, func(name string) bool { return sameTable(name, t.Name) })
	}
	for _, x := range v.schema.Collections {
		if x.View && x.Unbound && shows(x.Reads) {
			v.error(c.Pos, "security_invoker = on, or an owner who is bound", "view %s reads %s as an account no policy binds: it would show restricted rows", x.Name, c.Name)
		}
	}
	for _, r := range v.schema.Routines {
		if shows(r.Reads) && !v.outside(r.Name) {
			v.warn(c.Pos, "SECURITY INVOKER, or an owner who is bound; or, where it shows nothing, outside: { "+r.Name+": why }",
				"function %s may read %s as an account no policy binds: it would show restricted rows", r.Name, c.Name)
		}
	}
}
