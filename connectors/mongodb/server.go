package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// can is what a server can do, found out by asking it (hello, buildInfo).
type can struct {
	transactions bool // a replica set or sharded cluster: units are transactions
	decimals     bool // Decimal128
	expressions  bool // $expr: a whole document is compared as it is
	together     int  // statements in one command
}

// fewTogether is how many statements are sent together to a server that is no genuine MongoDB: FerretDB 1 waits for ever for itself from about a hundred on.
const fewTogether = 50

// ask asks a server what it is.
func ask(ctx context.Context, client *mongo.Client) (can, error) {
	var hello struct {
		SetName  string `bson:"setName"`
		Msg      string `bson:"msg"`
		Sessions *int32 `bson:"logicalSessionTimeoutMinutes"`
		Wire     int32  `bson:"maxWireVersion"`
	}
	var build struct {
		Ferret bson.RawValue `bson:"ferretdbVersion"`
	}
	admin := client.Database("admin")
	if err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return can{}, failure(ctx, "asking the server what it is", err)
	}
	if err := admin.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		return can{}, failure(ctx, "asking the server what it is", err)
	}
	together := fewTogether
	genuine := build.Ferret.IsZero()
	member := hello.SetName != "" || hello.Msg == "isdbgrid"
	if genuine {
		together = unitRows
	}
	return can{
		transactions: genuine && member && hello.Sessions != nil && hello.Wire >= 8, // 4.2 and later, sharded clusters too
		decimals:     genuine,
		expressions:  genuine,
		together:     together,
	}, nil
}
