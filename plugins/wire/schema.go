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
	return &pb.Schema{Collections: each(s.Collections, schemaCollection)}
}

// SchemaFromProto is the message as a schema; nil stays nil.
func SchemaFromProto(m *pb.Schema) *connectors.Schema {
	if m == nil {
		return nil
	}
	return &connectors.Schema{Collections: each(m.GetCollections(), schemaCollectionFrom)}
}

func schemaCollection(s connectors.SchemaCollection) *pb.SchemaCollection {
	return &pb.SchemaCollection{
		Name: text(s.Name),
		Fields: each(s.Fields, func(f connectors.SchemaField) *pb.SchemaField {
			return &pb.SchemaField{Name: text(f.Name), Type: text(f.Type), NotNull: f.NotNull, Generated: f.Generated}
		}),
		Key:     texts[string, string](s.Key),
		Unique:  each(s.Unique, names),
		Indexes: each(s.Indexes, names),
		References: each(s.References, func(r connectors.Reference) *pb.Reference {
			return &pb.Reference{
				Fields: texts[string, string](r.Fields), Target: text(r.Target), Targets: texts[string, string](r.Targets),
				OnDelete: text(r.OnDelete), OnUpdate: text(r.OnUpdate), Deferred: r.Deferred,
			}
		}),
		Triggers: each(s.Triggers, func(t connectors.Trigger) *pb.Trigger {
			return &pb.Trigger{Name: text(t.Name), On: text(t.On), Writes: texts[string, string](t.Writes)}
		}),
		View: s.View, Rows: s.Rows, Caseless: texts[string, string](s.Caseless),
	}
}

func schemaCollectionFrom(m *pb.SchemaCollection) connectors.SchemaCollection {
	return connectors.SchemaCollection{
		Name: m.GetName(),
		Fields: each(m.GetFields(), func(f *pb.SchemaField) connectors.SchemaField {
			return connectors.SchemaField{Name: f.GetName(), Type: f.GetType(), NotNull: f.GetNotNull(), Generated: f.GetGenerated()}
		}),
		Key:     empty(m.GetKey()),
		Unique:  each(m.GetUnique(), namesFrom),
		Indexes: each(m.GetIndexes(), namesFrom),
		References: each(m.GetReferences(), func(r *pb.Reference) connectors.Reference {
			return connectors.Reference{
				Fields: empty(r.GetFields()), Target: r.GetTarget(), Targets: empty(r.GetTargets()),
				OnDelete: r.GetOnDelete(), OnUpdate: r.GetOnUpdate(), Deferred: r.GetDeferred(),
			}
		}),
		Triggers: each(m.GetTriggers(), func(t *pb.Trigger) connectors.Trigger {
			return connectors.Trigger{Name: t.GetName(), On: t.GetOn(), Writes: empty(t.GetWrites())}
		}),
		View: m.GetView(), Rows: m.GetRows(), Caseless: empty(m.GetCaseless()),
	}
}

func names(list []string) *pb.Names { return &pb.Names{Names: texts[string, string](list)} }

func namesFrom(m *pb.Names) []string { return empty(m.GetNames()) }
