package wire

import (
	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// DescriptionToProto is a connector's card as a message.
func DescriptionToProto(d connectors.Description) *pb.Description {
	return &pb.Description{
		Name: text(d.Name), Version: text(d.Version), Config: each(d.Config, settingToProto),
		Verbs: texts[connectors.Verb, string](d.Verbs), Transactional: d.Transactional, Rehearsal: d.Rehearsal,
		Blocking: texts[string, string](d.Blocking), MaxPath: int64(d.MaxPath), Recursive: d.Recursive, Exists: d.Exists, Folds: d.Folds,
		RowFormats: texts[string, string](d.RowFormats), MaxValues: int64(d.MaxValues), KeepsDeleted: text(d.KeepsDeleted),
	}
}

// DescriptionFromProto is the message as a card.
func DescriptionFromProto(m *pb.Description) connectors.Description {
	return connectors.Description{
		Name: m.GetName(), Version: m.GetVersion(), Config: each(m.GetConfig(), settingFromProto),
		Verbs: texts[string, connectors.Verb](m.GetVerbs()), Transactional: m.GetTransactional(), Rehearsal: m.GetRehearsal(),
		Blocking: empty(m.GetBlocking()), MaxPath: int(m.GetMaxPath()), Recursive: m.GetRecursive(), Exists: m.GetExists(), Folds: m.GetFolds(),
		RowFormats: empty(m.GetRowFormats()), MaxValues: int(m.GetMaxValues()), KeepsDeleted: m.GetKeepsDeleted(),
	}
}

func settingToProto(s connectors.Setting) *pb.Setting {
	return &pb.Setting{Name: text(s.Name), Secret: s.Secret, Required: s.Required, Help: text(s.Help)}
}

func settingFromProto(m *pb.Setting) connectors.Setting {
	return connectors.Setting{Name: m.GetName(), Secret: m.GetSecret(), Required: m.GetRequired(), Help: m.GetHelp()}
}

// CapabilitiesOf says which of the optional interfaces store offers; fixture only where the host asked for it.
func CapabilitiesOf(store connectors.Store, fixture bool) *pb.Capabilities {
	return &pb.Capabilities{
		Apply:    has[connectors.Writer](store),
		Probe:    has[connectors.Prober](store),
		Count:    has[connectors.Counter](store),
		Inspect:  has[connectors.Inspector](store),
		OpenBlob: has[connectors.BlobOpener](store),
		Fixture:  fixture && has[connectors.Fixture](store),
		Install:  has[connectors.Installer](store),
		Grants:   has[connectors.Granter](store),
		Snapshot: has[connectors.Snapshotter](store),
	}
}

func has[T any](store connectors.Store) bool {
	_, ok := connectors.As[T](store)
	return ok
}
