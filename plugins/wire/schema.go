package wire

import (
	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// SchemaToProto is s as a message; nil stays nil.
func SchemaToProto(s *connectors.Schema) *pb.Schema {
	if s == nil {
		return nil
	}
	return &pb.Schema{
		Collections: each(s.Collections, schemaCollection),
		Feeds: each(s.Feeds, func(f connectors.Feed) *pb.Feed {
			return &pb.Feed{Name: text(f.Name), Kind: text(f.Kind), Collections: texts[string, string](f.Collections)}
		}),
		Routines: each(s.Routines, func(r connectors.Routine) *pb.Routine {
			return &pb.Routine{Name: text(r.Name), Reads: texts[string, string](r.Reads)}
		}),
	}
}

// SchemaFromProto is the message as a schema; nil stays nil.
func SchemaFromProto(m *pb.Schema) *connectors.Schema {
	if m == nil {
		return nil
	}
	return &connectors.Schema{
		Collections: each(m.GetCollections(), schemaCollectionFrom),
		Feeds: each(m.GetFeeds(), func(f *pb.Feed) connectors.Feed {
			return connectors.Feed{Name: f.GetName(), Kind: f.GetKind(), Collections: empty(f.GetCollections())}
		}),
		Routines: each(m.GetRoutines(), func(r *pb.Routine) connectors.Routine {
			return connectors.Routine{Name: r.GetName(), Reads: empty(r.GetReads())}
		}),
	}
}

func schemaCollection(s connectors.SchemaCollection) *pb.SchemaCollection {
	return &pb.SchemaCollection{
		Name: text(s.Name),
		Fields: each(s.Fields, func(f connectors.SchemaField) *pb.SchemaField {
			return &pb.SchemaField{Name: text(f.Name), Type: text(f.Type), NotNull: f.NotNull, Generated: f.Generated, Family: text(string(f.Family)), Length: int64(f.Length), Collation: text(f.Collation), Undated: f.Undated, Stamped: f.Stamped}
		}),
		Key:     texts[string, string](s.Key),
		Unique:  each(s.Unique, names),
		Indexes: each(s.Indexes, names),
		References: each(s.References, func(r connectors.Reference) *pb.Reference {
			return &pb.Reference{
				Fields: texts[string, string](r.Fields), Target: text(r.Target), Targets: texts[string, string](r.Targets),
				OnDelete: text(r.OnDelete), OnUpdate: text(r.OnUpdate), Deferred: r.Deferred, ByRow: r.ByRow,
			}
		}),
		Triggers: each(s.Triggers, func(t connectors.Trigger) *pb.Trigger {
			return &pb.Trigger{Name: text(t.Name), On: text(t.On), Writes: texts[string, string](t.Writes), Tells: texts[string, string](t.Tells), Loud: t.Loud, Unread: t.Unread}
		}),
		Parts: each(s.Parts, func(p connectors.Part) *pb.Part {
			return &pb.Part{Name: text(p.Name), Keys: each(p.Keys, names)}
		}),
		Partitioned: s.Partitioned, Policies: texts[string, string](s.Policies), Versioned: s.Versioned, Unsafe: s.Unsafe,
		View: s.View, Copy: s.Copy, Remote: s.Remote, Unbound: s.Unbound, Reads: texts[string, string](s.Reads),
		Rows: s.Rows, Sampled: s.Sampled, Caseless: texts[string, string](s.Caseless),
	}
}

func schemaCollectionFrom(m *pb.SchemaCollection) connectors.SchemaCollection {
	return connectors.SchemaCollection{
		Name: m.GetName(),
		Fields: each(m.GetFields(), func(f *pb.SchemaField) connectors.SchemaField {
			return connectors.SchemaField{Name: f.GetName(), Type: f.GetType(), NotNull: f.GetNotNull(), Generated: f.GetGenerated(), Family: connectors.Family(f.GetFamily()), Length: int(f.GetLength()), Collation: f.GetCollation(), Undated: f.GetUndated(), Stamped: f.GetStamped()}
		}),
		Key:     empty(m.GetKey()),
		Unique:  each(m.GetUnique(), namesFrom),
		Indexes: each(m.GetIndexes(), namesFrom),
		References: each(m.GetReferences(), func(r *pb.Reference) connectors.Reference {
			return connectors.Reference{
				Fields: empty(r.GetFields()), Target: r.GetTarget(), Targets: empty(r.GetTargets()),
				OnDelete: r.GetOnDelete(), OnUpdate: r.GetOnUpdate(), Deferred: r.GetDeferred(), ByRow: r.GetByRow(),
			}
		}),
		Triggers: each(m.GetTriggers(), func(t *pb.Trigger) connectors.Trigger {
			return connectors.Trigger{Name: t.GetName(), On: t.GetOn(), Writes: empty(t.GetWrites()), Tells: empty(t.GetTells()), Loud: t.GetLoud(), Unread: t.GetUnread()}
		}),
		Parts: each(m.GetParts(), func(p *pb.Part) connectors.Part {
			return connectors.Part{Name: p.GetName(), Keys: each(p.GetKeys(), namesFrom)}
		}),
		Partitioned: m.GetPartitioned(), Policies: empty(m.GetPolicies()), Versioned: m.GetVersioned(), Unsafe: m.GetUnsafe(),
		View: m.GetView(), Copy: m.GetCopy(), Remote: m.GetRemote(), Unbound: m.GetUnbound(), Reads: empty(m.GetReads()),
		Rows: m.GetRows(), Sampled: m.GetSampled(), Caseless: empty(m.GetCaseless()),
	}
}

func names(list []string) *pb.Names { return &pb.Names{Names: texts[string, string](list)} }

func namesFrom(m *pb.Names) []string { return empty(m.GetNames()) }
