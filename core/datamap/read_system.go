package datamap

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
	"github.com/dossier-dsr/dossier/core/datamap/words"
)

// Manual is the connector of paper: its jobs become tasks.
const Manual = "manual"

// BlockTask blocks by a task for the department, where a connector blocks nothing itself.
const BlockTask = "task"

// systems reads what stands in a system's file beside its collections.
func (l *loader) systems(roots []*mapfile.Node) {
	for _, n := range roots {
		name := n.Get("system")
		s := &System{Name: name.Text(), Connector: n.Get("connector").Text(), Department: n.Get("department").Text(), Pos: pos(n.KeyNode("system"))}
		if name == nil {
			l.partial = true // its collections cannot be addressed
		} else if twin := l.m.System(s.Name); twin != nil {
			l.r.Error(name, "two systems are called %s", s.Name).Hint("the other is %s:%d:%d", twin.Pos.File, l.systemNodes[twin].Get("system").Line, l.systemNodes[twin].Get("system").Col)
		}
		l.systemNodes[s] = n
		s.Said = said(n)
		l.m.Systems = append(l.m.Systems, s)
		l.systemLabel(s, n)
		l.config(s, n.Get("config"))
		l.limits(s, n)
		r := n.Get("restrict")
		s.Restrict = Restrict{Block: r.Get("block").Text(), Mark: r.Get("mark").Text(), Pos: s.Pos}
		if b := r.Get("block"); b != nil {
			s.Restrict.Pos = pos(b)
		}
		if s.Restrict.Block == "" && s.Connector == Manual {
			s.Restrict.Block = BlockTask
		}
		if !n.Has("restrict") && s.Connector != "" && s.Connector != Manual && name != nil {
			l.r.Error(name, "nothing says how %s is restricted (art. 18)", s.Name).Hint("restrict: { block: move }, or { block: task } for the department")
		}
		if !n.Has("department") && (s.Connector == Manual || s.Restrict.Block == BlockTask) && name != nil {
			l.r.Error(name, "no department gets the tasks of %s", s.Name).Hint("department: …")
		}
		s.Portable = "provided"
		if v := l.source(n.Get("source")); v != "" {
			s.Portable = v
		}
		s.Outside = map[string]string{}
		n.Get("outside").Each(func(k, v *mapfile.Node) {
			s.Outside[k.Value] = v.Text()
			if c := n.Any("collections"); c.Has(k.Value) {
				l.r.Error(k, "%s is mapped and outside", k.Value).Hint("take it out of outside: or out of collections:")
			}
		})
		if !n.Has("collections") && s.Name != "" {
			l.r.Warn(n.KeyNode("system"), "system %s maps nothing", s.Name).Hint("collections: …")
		}
	}
}

// products are names a subject has no use for.
var products = regexp.MustCompile(`(?i)\b(postgres(ql)?|mysql|mariadb|mongo(db)?|sqlite|oracle|mssql|sql server|dynamodb|redis|kafka|elasticsearch|minio|amazon|aws|azure|s3|sharepoint|salesforce|comarch|sap|symfonia|optima|nosql|sql)\b`)

var host = regexp.MustCompile(`\b([a-z0-9-]{2,}\.)+[a-z]{2,}\b|\b\d{1,3}(\.\d{1,3}){3}\b|\blocalhost\b|://`)

func (l *loader) systemLabel(s *System, n *mapfile.Node) {
	s.Label = l.label(n.Get("label"))
	if s.Label == nil {
		s.Label = Label{l.first: s.Name}
		if !n.Has("label") {
			l.r.Warn(n.KeyNode("system"), "system %s has no label; the subject reads its name", s.Name).Hint("label: { pl: …, en: … }")
		}
	}
	l.noNames(n.Get("label"), s.Name)
}

// noNames refuses a label that tells how systems are built.
func (l *loader) noNames(n *mapfile.Node, of string) {
	nodes := []*mapfile.Node{n}
	if n.Is(mapfile.Map) {
		nodes = nil
		n.Each(func(_, v *mapfile.Node) { nodes = append(nodes, v) })
	}
	for _, x := range nodes {
		if t := x.Text(); products.MatchString(t) || host.MatchString(t) {
			l.r.Error(x, "the label of %s names a host or a product", of).Hint("say what is in it, as the subject would")
			return
		}
	}
}

func (l *loader) limits(s *System, n *mapfile.Node) {
	s.Backups = Period{Unit: Days}
	if p := period(n.Get("backups")); p != nil {
		s.Backups = *p
	}
	l.pool(s, n.Get("pool"))
	s.Settle = 24 * time.Hour
	if t := n.Get("settle").Text(); t == "0" {
		s.Settle = 0
	} else if d, err := time.ParseDuration(t); err == nil {
		s.Settle = d
	}
	s.MaxRows = 20_000
	if v := n.Get("rows_per_transaction"); v != nil {
		s.MaxRows, _ = strconv.Atoi(v.Text())
		if s.MaxRows == 0 {
			l.r.Error(v, "no transaction holds 0 rows")
		}
	}
	s.MaxRate, _ = strconv.Atoi(n.Get("max_rows_per_second").Text())
	s.Window = n.Get("window").Text()
	s.Zone = l.m.Zone
	if z, err := time.LoadLocation(n.Get("time_zone").Text()); err == nil && n.Get("time_zone") != nil {
		s.Zone = z
	}
}

var origins = []string{"provided", "observed", "inferred", "derived"}

// source reads where a value came from.
func (l *loader) source(n *mapfile.Node) string {
	t := n.Text()
	if t == "" || slices.Contains(origins, t) || l.m.Sources[t] != nil || l.declared("sources", t) {
		return t
	}
	l.r.Error(n, "no source %s", t).Hint("%s", maybe(t, append(keys(l.m.Sources), origins...), "provided, observed, inferred, derived, or sources: { %s: … } in %s", t, ControllerFile))
	return t
}

// tables are connectors whose collections are tables or documents, not files.
var tables = []string{"postgres", "postgresql", "mysql", "mariadb", "sqlite", "mongodb", "dynamodb", Manual}

func (l *loader) rows(s *System, n *mapfile.Node) *RowFormat {
	if n == nil {
		return nil
	}
	if slices.Contains(tables, s.Connector) {
		l.r.Error(n, "rows make no sense for %s: its rows are not inside files", s.Connector).Hint("leave rows: out")
	}
	if n.Is(mapfile.Text) {
		return &RowFormat{Format: n.Value}
	}
	f := &RowFormat{Format: n.Get("format").Text(), Delimiter: n.Get("delimiter").Text(), Encoding: n.Get("encoding").Text(), Each: n.Get("each").Text(), NoHeader: n.Get("header").Text() == "false"}
	for _, w := range []struct{ key, format string }{{"delimiter", "csv"}, {"header", "csv"}, {"each", "json"}} {
		if n.Has(w.key) && f.Format != "" && f.Format != w.format {
			l.r.Error(n.KeyNode(w.key), "%s is for %s, and these rows are %s", w.key, w.format, f.Format)
		}
	}
	if f.Each != "" && !strings.HasSuffix(f.Each, "[]") {
		l.r.Error(n.Get("each"), "each names no array").Hint("each: \"%s[]\"", f.Each)
	}
	return f
}

// share reads a guard: "5 %".
func share(n *mapfile.Node) float64 {
	f, _ := words.ParseShare(n.Text())
	return f
}
