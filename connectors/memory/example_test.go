package memory_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/memory"
)

// A store is opened, asked for a person's rows, and told to delete them; the host confirms before anything
// is committed.
func Example() {
	ctx := context.Background()
	store, err := (&memory.Connector{}).Open(ctx, connectors.Config{"name": "register"})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	fixture, _ := connectors.As[connectors.Fixture](store)
	err = fixture.Load(ctx, map[string][]connectors.Row{
		"members":  {{"id": int64(1), "member_no": "C-00001"}, {"id": int64(2), "member_no": "C-00002"}},
		"vehicles": {{"id": int64(7), "member_id": int64(1), "plate": "WX 1234A"}},
	})
	if err != nil {
		log.Fatal(err)
	}

	members := connectors.Collection{Name: "members", At: "members", Key: []string{"id"}}
	vehicles := connectors.Selection{
		Collection: connectors.Collection{Name: "vehicles", At: "vehicles", Key: []string{"id"}},
		Any: []connectors.Match{{
			Via:    []connectors.Hop{{Collection: members, From: []string{"id"}, To: []string{"member_id"}}},
			Fields: []string{"member_no"},
			Values: []connectors.Tuple{{Person: 0, Values: []any{"C-00001"}}},
		}},
		Fields: []string{"plate"},
	}
	err = connectors.Each(ctx, store, vehicles, func(person int, values []any) error {
		fmt.Println("person", person, "has", values[0])
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}

	writer, _ := connectors.As[connectors.Writer](store)
	outcomes, err := writer.Apply(ctx, []connectors.Treatment{{ID: "vehicles", Verb: connectors.Delete, On: vehicles, AtMost: 1}},
		connectors.ApplyOptions{Confirm: func(_ context.Context, prepared []connectors.Outcome) error {
			fmt.Println("prepared:", prepared[0].Changed)
			return nil // record it, then say yes
		}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("deleted:", outcomes[0].Changed)
	// Output:
	// person 0 has WX 1234A
	// prepared: 1
	// deleted: 1
}
