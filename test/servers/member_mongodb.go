package servers

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Member stands in front of a FerretDB and makes up for what that lacks: each command is carried out by itself, none beside another, as a genuine
// server does for every document; and, where it is told to be one of a replica set, there are transactions: what they changed is put back from copies where they do
// not end in a commit. Who is in none waits for the one that is open. It shows what a program makes of transactions, not what a genuine server
// makes of programs.
type Member struct {
	URL string

	set    bool
	store  Mongo
	listen net.Listener
	turn   chan struct{} // of who may have a command carried out

	mu       sync.Mutex
	open     *transaction
	last     string // the transaction that was committed last
	begun    int
	verdicts []Verdict
}

// Verdict is what becomes of a commit.
type Verdict int

// The verdicts.
const (
	Committed     Verdict = iota
	CommitUnknown         // it is committed, and the server says that it does not know
	CommitLost            // it is not committed, and the server says that it does not know
	CommitUnheard         // it is committed, and the connection is lost
)

// NewMember stands in front of the server of a database until the test ends.
func NewMember(t testing.TB, store Mongo, set bool) *Member {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &Member{URL: "mongodb://" + l.Addr().String() + "/?directConnection=true", set: set, store: store, listen: l, turn: make(chan struct{}, 1)}
	var all sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait()
	})
	at := hostOf(store.URL)
	all.Go(func() {
		for {
			program, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer program.Close()
				if server, err := net.Dial("tcp", at); err == nil {
					defer server.Close()
					m.serve(t, program, server)
				}
			})
		}
	})
	return m
}

// Judge says what becomes of the next commits, one after the other.
func (m *Member) Judge(next ...Verdict) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.verdicts = next
}

// Begun is how many transactions were begun.
func (m *Member) Begun() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.begun
}

// transaction is one that is open.
type transaction struct {
	name   string
	by     map[net.Conn]bool
	copies map[[2]string][]bson.Raw // of the collections it changes, by database and name
}

// own are the parts of a command that are about sessions and sets, of which a server that has none is not told.
var own = []string{"lsid", "txnNumber", "startTransaction", "autocommit", "$clusterTime", "readConcern", "writeConcern"}

func (m *Member) serve(t testing.TB, program, server net.Conn) {
	defer m.gone(t, program)
	for {
		asked, err := ReadMongo(program)
		if err != nil {
			return
		}
		command := asked.Command()
		var reply []byte
		switch name := nameOf(command); {
		case m.set && slices.Contains([]string{"hello", "isMaster", "ismaster"}, name):
			reply = asked.Answer(MongoHello(m.listen.Addr().String()))
		case command.Lookup("autocommit").Type != 0:
			reply = m.inside(t, program, server, asked, command)
		default:
			m.turn <- struct{}{}
			reply = m.ask(server, asked, command)
			<-m.turn
		}
		if reply == nil {
			return
		}
		if _, err := program.Write(reply); err != nil {
			return
		}
	}
}

// ask has the server carry a command out.
func (m *Member) ask(server net.Conn, asked MongoMessage, command bson.Raw) []byte {
	var doc, answer bson.D
	if bson.Unmarshal(command, &doc) != nil {
		return nil
	}
	doc = slices.DeleteFunc(doc, func(e bson.E) bool { return slices.Contains(own, e.Key) })
	sent := asked.with(exact(doc))
	if asked.kind() == opQuery {
		sent = append(slices.Clone(asked.head), asked.body...)
	}
	if _, err := server.Write(sent); err != nil {
		return nil
	}
	back, err := ReadMongo(server)
	if err != nil {
		return nil
	}
	if !m.set || nameOf(command) != "buildInfo" || bson.Unmarshal(back.Command(), &answer) != nil {
		return append(back.head, back.body...)
	}
	return asked.Answer(slices.DeleteFunc(answer, func(e bson.E) bool { return len(e.Key) > 5 && e.Key[:6] == "ferret" }))
}

// exact leaves decimals out of lists: FerretDB has none, so that nothing is found by them, and hangs up on who asks.
func exact(v any) any {
	switch x := v.(type) {
	case bson.D:
		for i := range x {
			x[i].Value = exact(x[i].Value)
		}
	case bson.A:
		x = slices.DeleteFunc(x, func(v any) bool { _, is := v.(bson.Decimal128); return is })
		for i := range x {
			x[i] = exact(x[i])
		}
		return x
	}
	return v
}

// inside carries out a command of a transaction.
func (m *Member) inside(t testing.TB, program, server net.Conn, asked MongoMessage, command bson.Raw) []byte {
	name := command.Lookup("lsid").String() + command.Lookup("txnNumber").String()
	if begins, _ := command.Lookup("startTransaction").BooleanOK(); begins {
		m.turn <- struct{}{}
		m.mu.Lock()
		m.begun++
		m.open = &transaction{name: name, by: map[net.Conn]bool{}, copies: map[[2]string][]bson.Raw{}}
		m.mu.Unlock()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	what := nameOf(command)
	if what == "commitTransaction" && m.last == name { // asked once more
		return asked.Answer(bson.D{{Key: "ok", Value: 1}})
	}
	if m.open == nil || m.open.name != name {
		return asked.Answer(refused(251, "NoSuchTransaction", "TransientTransactionError"))
	}
	m.open.by[program] = true
	switch what {
	case "abortTransaction":
		m.back(t)
		return asked.Answer(bson.D{{Key: "ok", Value: 1}})
	case "commitTransaction":
		return m.commit(t, asked, name)
	case "insert", "update", "delete", "findAndModify":
		at := [2]string{command.Lookup("$db").StringValue(), command.Lookup(what).StringValue()}
		if _, ok := m.open.copies[at]; !ok {
			all, err := m.copied(at)
			if err != nil {
				t.Errorf("copying what a transaction changes: %v", err)
				return nil
			}
			m.open.copies[at] = all
		}
	}
	return m.ask(server, asked, command)
}

func (m *Member) commit(t testing.TB, asked MongoMessage, name string) []byte {
	verdict := Committed
	if len(m.verdicts) > 0 {
		verdict, m.verdicts = m.verdicts[0], m.verdicts[1:]
	}
	if verdict == CommitLost {
		m.back(t)
		return asked.Answer(refused(64, "WriteConcernTimeout", "UnknownTransactionCommitResult"))
	}
	m.open, m.last = nil, name
	<-m.turn
	switch verdict {
	case CommitUnknown:
		return asked.Answer(refused(64, "WriteConcernTimeout", "UnknownTransactionCommitResult"))
	case CommitUnheard:
		return nil
	}
	return asked.Answer(bson.D{{Key: "ok", Value: 1}})
}

func refused(code int, name, label string) bson.D {
	return bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: code}, {Key: "codeName", Value: name}, {Key: "errmsg", Value: name}, {Key: "errorLabels", Value: bson.A{label}}}
}

// gone ends the transaction of a program that is gone.
func (m *Member) gone(t testing.TB, program net.Conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open != nil && m.open.by[program] {
		m.back(t)
	}
}

// back puts back what the open transaction changed, and ends it.
func (m *Member) back(t testing.TB) {
	for at, all := range m.open.copies {
		c := m.collection(at)
		_, err := c.DeleteMany(context.Background(), bson.D{})
		if err == nil && len(all) > 0 {
			_, err = c.InsertMany(context.Background(), all)
		}
		if err != nil {
			t.Errorf("taking a transaction back: %v", err)
		}
	}
	m.open = nil
	<-m.turn
}

func (m *Member) collection(at [2]string) *mongo.Collection {
	return m.store.Client.Database(at[0]).Collection(at[1])
}

func (m *Member) copied(at [2]string) (out []bson.Raw, err error) {
	cur, err := m.collection(at).Find(context.Background(), bson.D{})
	if err != nil {
		return nil, err
	}
	for cur.Next(context.Background()) {
		out = append(out, slices.Clone(cur.Current))
	}
	return out, errors.Join(cur.Err(), cur.Close(context.Background()))
}

func nameOf(command bson.Raw) string {
	es, err := command.Elements()
	if err != nil || len(es) == 0 {
		return ""
	}
	return es[0].Key()
}
