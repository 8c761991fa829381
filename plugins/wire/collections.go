package wire

import (
	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// CollectionsToProto puts collections on the wire.
func CollectionsToProto(cs []connectors.Collection) []*pb.Collection { return each(cs, collection) }

// CollectionsFromProto reads them back.
func CollectionsFromProto(ms []*pb.Collection) []connectors.Collection {
	return each(ms, collectionFrom)
}
