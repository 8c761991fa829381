package faults

import (
	"database/sql"
	"sync"
	"testing"

	"github.com/dossier-dsr/dossier/test/servers"
)

// kind is a kind of server the register is kept on, and what about it is its own.
type kind struct {
	name      string
	connector string
	database  func(testing.TB) servers.Database
	open      func(address string) (*sql.DB, error)
	number    string // the type of a row's number, which the server gives
	nowhere   string // an address nobody answers at
	begins    string // words of the statement that begins a transaction that changes something
	deletes   string // words of one that deletes
	changed   string // words of one that comes after a change
	patient   string // has an application wait for locks
	stubborn  string // begins a transaction of an application that outlasts a deadlock
	trigger   string // has every vehicle that goes lower the number in tallies

	// mortal is a club on a server that dies, and comes back.
	mortal func(t *testing.T) (c *club, die func() error, back func())
	// small is a club on a disk that is filled to the last byte, and emptied.
	small func(t *testing.T) (c *club, fill, empty func())

	// copied is a club on a server that a copy follows, and an address there for the connector's account.
	copied func(t *testing.T) (c *club, there string, caught func())

	once  sync.Once
	quiet string
}

var kinds = []*kind{onPostgres, onMariaDB}

// onEach runs a test on each kind of server, side by side.
func onEach(t *testing.T, f func(t *testing.T, k *kind)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			f(t, k)
		})
	}
}

// undisturbed is how the register looks after an undisturbed erasure of the second member.
func (k *kind) undisturbed(t *testing.T) string {
	t.Helper()
	k.once.Do(func() {
		c := newClub(t, k)
		before := c.rows(t)
		p := c.planned(t, "C-2")
		c.applied(t, p)
		if committed, inferred := c.finish(t, p.Request); committed != clubGone || inferred != 0 {
			t.Fatalf("undisturbed: %d committed, %d inferred", committed, inferred)
		}
		after := c.rows(t)
		if after == before {
			t.Fatal("an erasure changed nothing")
		}
		k.quiet = after
	})
	if k.quiet == "" {
		t.Fatal("not even an undisturbed erasure was carried out")
	}
	return k.quiet
}
