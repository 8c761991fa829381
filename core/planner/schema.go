package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// schema is what the store says of itself, read once a plan; nil where its connector cannot tell.
func (s *survey) schema(sys *datamap.System) (*connectors.Schema, error) {
	if got, ok := s.schemas[sys.Name]; ok {
		return got, nil
	}
	open := s.reached(sys)
	if open == nil {
		return nil, nil
	}
	inspector, ok := connectors.As[connectors.Inspector](open.Store)
	if !ok {
		return nil, nil
	}
	got, err := inspector.Inspect(s.ctx)
	if err != nil {
		return nil, err
	}
	s.schemas[sys.Name] = got
	return got, nil
}

func tableOf(schema *connectors.Schema, at string) *connectors.SchemaCollection {
	if schema == nil {
		return nil
	}
	for i := range schema.Collections {
		if strings.EqualFold(schema.Collections[i].Name, at) {
			return &schema.Collections[i]
		}
	}
	return nil
}

// notNull says whether the store refuses NULL in the column.
func (e *erasure) notNull(c *datamap.Collection, name string) bool {
	schema, err := e.schema(c.System)
	if err != nil {
		return false
	}
	if t := tableOf(schema, c.At); t != nil {
		for _, f := range t.Fields {
			if f.Name == name {
				return f.NotNull || slices.Contains(t.Key, name)
			}
		}
	}
	return false
}

// inspect compares what the plan touches with the live store: an unmapped column in rows that stay behind stops
// the plan, and so does a cascade that would reach rows the plan does not treat: kept rows would go with what they hang on.
func (e *erasure) inspect(sys *datamap.System) error {
	schema, err := e.schema(sys)
	if err != nil || schema == nil {
		return err
	}
	byTable := map[string]*datamap.Collection{}
	for _, c := range sys.Collections {
		byTable[strings.ToLower(c.At)] = c
	}
	for _, t := range e.work.Treatments {
		c := sys.Collection(t.On.Collection.Name)
		if c == nil {
			continue // a reference in another system's row: only the reference changes
		}
		table := tableOf(schema, c.At)
		f := e.fates[c]
		if table == nil || f.gone == 0 && f.kept == 0 {
			continue
		}
		e.inspectColumns(c, table, t, f)
		if t.Verb == connectors.Delete && f.gone > f.shellRows {
			e.inspectCascades(schema, table, c, byTable)
		}
	}
	return nil
}

func (e *erasure) inspectColumns(c *datamap.Collection, table *connectors.SchemaCollection, t connectors.Treatment, f *fate) {
	for _, col := range table.Fields {
		if known(c, col.Name) {
			continue
		}
		stays := t.Verb == connectors.Set && strings.HasSuffix(t.ID, "/anonymise") && f.gone > f.shellRows || strings.HasSuffix(t.ID, "/shell")
		text := fmt.Sprintf("%s/%s has a column no one mapped, %s", c.System.Name, c.Name, col.Name)
		if stays {
			e.attend(plan.Attention{Code: "unmapped_column", System: c.System.Name, Collection: c.Name + "." + col.Name, Blocks: true,
				Text: text + "; rows of it are anonymised, and it would stay as it is. Map it, or list it under ignore: if it holds nothing personal"})
		} else if t.Verb == connectors.Delete && f.gone > f.shellRows {
			e.warn(text + ". Its rows go whole, so nothing of it stays.")
		}
	}
	for _, a := range t.Assign {
		for _, col := range table.Fields {
			if col.Name == a.Field && a.How == connectors.Value && a.To == nil && col.NotNull && t.Verb == connectors.Set && !strings.HasSuffix(t.ID, "/reference") {
				e.attend(plan.Attention{Code: "not_null", System: c.System.Name, Collection: c.Name + "." + a.Field, Blocks: true,
					Text: fmt.Sprintf("%s/%s.%s takes no NULL, and the map does not say what stands there instead; add it to placeholder: of %s", c.System.Name, c.Name, a.Field, c.Name)})
			}
		}
	}
}

// known says whether the map says something of a column: of it, of the document it is a member of, or, where it is an array in documents, of its
// elements.
func known(c *datamap.Collection, column string) bool {
	if i := strings.LastIndexByte(column, '.'); i > 0 && (c.Field(column[:i]) != nil || known(c, column[:i])) {
		return true
	}
	if slices.ContainsFunc(c.System.Collections, func(o *datamap.Collection) bool { return o.At == c.At+"."+column+"[]" }) {
		return true
	}
	return c.Field(column) != nil || slices.Contains(c.Key, column) || slices.Contains(c.Ignore, column) ||
		slices.Contains(dataFields(c), column) || c.Restrict.Mark == column || c.System.Restrict.Mark == column
}

// inspectCascades looks at who loses rows when rows of table, which are c's, are deleted. A cascade is harmless where an
// edge says the same: its rows are the person's and treated, or their reference is treated first.
func (e *erasure) inspectCascades(schema *connectors.Schema, table *connectors.SchemaCollection, c *datamap.Collection, mapped map[string]*datamap.Collection) {
	for _, other := range schema.Collections {
		for _, ref := range other.References {
			if !strings.EqualFold(ref.Target, table.Name) || !strings.EqualFold(ref.OnDelete, "cascade") {
				continue
			}
			child := mapped[strings.ToLower(other.Name)]
			switch {
			case child == nil:
				e.attend(plan.Attention{Code: "cascade", System: e.sys.Name, Collection: other.Name, Blocks: true,
					Text: fmt.Sprintf("deleting rows of %s deletes rows of %s by ON DELETE CASCADE, which the map does not know; map it, or take the cascade away", table.Name, other.Name)})
			case e.fates[child].kept > 0 || e.fates[child].sharedRows > 0:
				e.attend(plan.Attention{Code: "cascade", System: e.sys.Name, Collection: child.Name, Blocks: true,
					Text: fmt.Sprintf("deleting rows of %s would delete kept rows of %s by ON DELETE CASCADE", table.Name, other.Name)})
			case !follows(child, c, ref.Fields):
				e.attend(plan.Attention{Code: "cascade", System: e.sys.Name, Collection: child.Name, Blocks: true,
					Text: fmt.Sprintf("deleting rows of %s deletes rows of %s by ON DELETE CASCADE over %s, where the map has no edge: rows of other persons would go; map the edge, or take the cascade away",
						table.Name, other.Name, strings.Join(ref.Fields, ", "))})
			}
		}
	}
}

// follows says whether an edge of the map leads from child to c over these columns, always and whatever the row says, and
// something is done about what it leaves.
func follows(child, c *datamap.Collection, columns []string) bool {
	return slices.ContainsFunc(child.Edges, func(e *datamap.Edge) bool {
		return e.To == c && len(e.When) == 0 && e.During == nil && (e.Kind == datamap.OwnedBy || e.Leave != "keep") &&
			slices.EqualFunc(e.Fields, columns, strings.EqualFold)
	})
}
