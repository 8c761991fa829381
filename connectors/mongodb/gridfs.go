package mongodb

import (
	"context"
	"errors"

	"github.com/dossier-dsr/dossier/connectors"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func (s *store) layFiles(ctx context.Context, from source, rows []connectors.Row, docs []bson.Raw) error {
	return errors.New("x")
}
func (s *store) bytes(ctx context.Context, from source, r row) ([]byte, error) {
	return nil, errors.New("x")
}
