package mongodb

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dossier-dsr/dossier/connectors"
)

// account stands in what is printed for the account the connector uses, where the server does not say who that is: FerretDB has no roles.
const account = "ACCOUNT"

// privilege is what a role may do with one collection; with "" for the collection, with the database.
type privilege struct {
	Resource resource `json:"resource"`
	Actions  []string `json:"actions"`
}

type resource struct {
	DB         string `json:"db"`
	Collection string `json:"collection"`
}

// Grants gives the role of the connector's account, as it is made in mongosh: what these uses need and no more, collection by collection. A server
// knows no rights on single members of documents.
func (s *store) Grants(ctx context.Context, uses []connectors.Use) ([]string, error) {
	var all privileges
	all.add(s.database, "", "listCollections")
	all.add(s.settings.held, "", "listCollections")
	all.add(s.settings.held, heldRows, "find")
	for _, u := range uses {
		from, err := understand(u.Collection)
		if err != nil {
			return nil, err
		}
		s.needs(&all, from, u)
	}
	slices.SortFunc(all, func(a, b privilege) int {
		return strings.Compare(a.Resource.DB+"\x00"+a.Resource.Collection, b.Resource.DB+"\x00"+b.Resource.Collection)
	})
	name, in, err := s.login(ctx)
	if err != nil {
		return nil, err
	}
	role := "dossier_" + s.database
	texts := make([]string, len(all))
	for i, p := range all {
		slices.Sort(p.Actions)
		texts[i] = "  " + written(p)
	}
	return []string{
		`db.getSiblingDB("admin").runCommand({ createRole: ` + written(role) + `, roles: [], privileges: [` + "\n" + strings.Join(texts, ",\n") + "\n] })",
		`db.getSiblingDB(` + written(in) + `).grantRolesToUser(` + written(name) + `, [{ role: ` + written(role) + `, db: "admin" }])`,
	}, nil
}

// needs adds what one use needs. Content moves out of its place by being deleted there, and back by being inserted; elements of arrays come and go by
// updates of their documents. What is held is worked in the closed database.
func (s *store) needs(all *privileges, from source, u connectors.Use) {
	places := []string{from.coll}
	all.add(s.database, from.coll, "find", "listIndexes")
	content := s.settings.held
	if from.bucket != "" {
		places = append(places, from.bucket+chunks)
		all.add(s.database, from.bucket+chunks, "find")
		all.add(content, from.bucket+chunks, "find")
	}
	moves := u.Does(connectors.Block) || u.Does(connectors.Release)
	for _, p := range places {
		switch {
		case from.path != nil && len(u.Verbs) > 0:
			all.add(s.database, p, "update")
		case from.path == nil && moves:
			all.add(s.database, p, "remove", "insert")
		}
		if p != from.coll {
			if u.Does(connectors.Delete) {
				all.add(s.database, p, "remove")
				all.add(content, p, "remove")
			}
			if moves {
				all.add(content, p, "insert", "remove")
			}
			continue
		}
		if from.path == nil && u.Does(connectors.Delete) {
			all.add(s.database, p, "remove")
		}
		if u.Does(connectors.Ensure) {
			all.add(s.database, p, "insert")
		}
		if u.Does(connectors.Set) || u.Does(connectors.Recount) {
			all.add(s.database, p, "update")
		}
	}
	if len(u.Verbs) == 0 {
		return
	}
	if u.Does(connectors.Set) || u.Does(connectors.Recount) || from.path != nil {
		all.add(s.settings.held, heldRows, "update")
	}
	if u.Does(connectors.Delete) {
		all.add(s.settings.held, heldRows, "remove")
	}
	if moves {
		all.add(s.settings.held, heldRows, "insert", "update", "remove", "listIndexes")
	}
}

type privileges []privilege

func (all *privileges) add(db, coll string, actions ...string) {
	i := slices.IndexFunc(*all, func(p privilege) bool { return p.Resource == resource{db, coll} })
	if i < 0 {
		i = len(*all)
		*all = append(*all, privilege{Resource: resource{db, coll}})
	}
	for _, a := range actions {
		if p := &(*all)[i]; !slices.Contains(p.Actions, a) {
			p.Actions = append(p.Actions, a)
		}
	}
}

// login is the account the connector comes as, and the database that knows it.
func (s *store) login(ctx context.Context) (name, in string, err error) {
	var status struct {
		Info struct {
			Users []struct {
				User string `bson:"user"`
				DB   string `bson:"db"`
			} `bson:"authenticatedUsers"`
		} `bson:"authInfo"`
	}
	err = s.client.Database("admin").RunCommand(ctx, bson.D{{Key: "connectionStatus", Value: 1}}).Decode(&status)
	if err != nil || len(status.Info.Users) == 0 {
		return account, "admin", failure(ctx, "asking the server who this is", err)
	}
	return status.Info.Users[0].User, status.Info.Users[0].DB, nil
}

func written(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// Install gives what makes the closed database: its collection, and the index by which what is held is found. An administrator who runs it need
// grant nobody but the connector's account anything there.
func (s *store) Install(ctx context.Context, uses []connectors.Use) ([]string, error) {
	if !slices.ContainsFunc(uses, func(u connectors.Use) bool { return u.Does(connectors.Block) || u.Does(connectors.Release) }) {
		return nil, nil
	}
	there, err := s.holds(ctx)
	if err != nil {
		return nil, err
	}
	closed := "db.getSiblingDB(" + written(s.settings.held) + ")"
	var out []string
	if !there {
		out = append(out, closed+".createCollection("+written(heldRows)+")")
	} else if indexed, err := s.heldIndexed(ctx); err != nil || indexed {
		return nil, err
	}
	return append(out, closed+`.getCollection(`+written(heldRows)+`).createIndex({ coll: 1, path: 1, of: 1 })`,
		"// "+s.settings.held+" holds what is restricted: no account but the connector's is to have a role on it; readAnyDatabase, readWriteAnyDatabase and root are roles on it too"), nil
}

// heldIndexed says whether what is held is found by an index.
func (s *store) heldIndexed(ctx context.Context) (bool, error) {
	list, err := s.held().Indexes().ListSpecifications(ctx)
	if err != nil {
		return false, failure(ctx, "listing the indexes of held rows", err)
	}
	return slices.ContainsFunc(list, func(x mongo.IndexSpecification) bool {
		es, err := elements(x.KeysDocument)
		return err == nil && len(es) > 0 && es[0].name == "coll"
	}), nil
}

// Uninstall gives what takes the closed database away; an error while anything is held in it.
func (s *store) Uninstall(ctx context.Context, _ []connectors.Use) ([]string, error) {
	there, err := s.holds(ctx)
	if err != nil || !there {
		return nil, err
	}
	n, err := s.held().CountDocuments(ctx, bson.D{})
	if err != nil {
		return nil, failure(ctx, "looking for held rows", err)
	}
	if n > 0 {
		return nil, connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + settingHeld, Summary: "rows are restricted, and would go with the closed database",
			Detail: "lift the restrictions first"}}
	}
	return []string{"db.getSiblingDB(" + written(s.settings.held) + ").dropDatabase()"}, nil
}

var (
	_ connectors.Installer = (*store)(nil)
	_ connectors.Granter   = (*store)(nil)
)
