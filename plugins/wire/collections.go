package wire

import (
	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// UsesToProto puts uses of collections on the wire.
func UsesToProto(us []connectors.Use) []*pb.Use {
	return each(us, func(u connectors.Use) *pb.Use {
		return &pb.Use{Collection: collection(u.Collection), Reads: texts[string, string](u.Reads), Verbs: texts[connectors.Verb, string](u.Verbs),
			Writes: texts[string, string](u.Writes), Method: text(u.Method)}
	})
}

// UsesFromProto reads them back.
func UsesFromProto(ms []*pb.Use) []connectors.Use {
	return each(ms, func(m *pb.Use) connectors.Use {
		return connectors.Use{Collection: collectionFrom(m.GetCollection()), Reads: empty(m.GetReads()), Verbs: texts[string, connectors.Verb](m.GetVerbs()),
			Writes: empty(m.GetWrites()), Method: m.GetMethod()}
	})
}
