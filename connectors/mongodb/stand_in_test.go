package mongodb_test

import (
	"bytes"
	"net"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/test/servers"
)

// standIn listens as a member of a replica set does and answers what it is told to, for what no server of these tests has: transactions, and
// comparisons of whole documents. It keeps no data and judges nothing: it shows which commands would be sent, and in which order.
type standIn struct {
	t      *testing.T
	url    string
	listen net.Listener
	answer func(command string, body bson.Raw) bson.D // nil: ok

	mu   sync.Mutex
	sent []sent
}

// sent is a command that came, by its name.
type sent struct {
	name string
	body bson.Raw
}

func newStandIn(t *testing.T, answer func(string, bson.Raw) bson.D) *standIn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &standIn{t: t, url: "mongodb://" + l.Addr().String() + "/?replicaSet=rs0", listen: l, answer: answer}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

// note writes down something that happened between commands.
func (s *standIn) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, sent{name: what})
}

// story is what was sent since the reading, in order: what belongs to connections and reading is left out.
func (s *standIn) story() []string {
	var out []string
	for _, c := range s.commands() {
		out = append(out, c.name)
	}
	return out
}

func (s *standIn) commands() []sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.sent), func(c sent) bool {
		return slices.Contains([]string{"hello", "isMaster", "ismaster", "buildInfo", "listCollections", "find", "endSessions", "ping", "create", "createIndexes", "count", "listIndexes"}, c.name)
	})
}

func (s *standIn) serve(c net.Conn) {
	defer c.Close()
	for {
		m, err := servers.ReadMongo(c)
		if err != nil {
			return
		}
		if _, err := c.Write(m.Answer(s.reply(m.Command()))); err != nil {
			return
		}
	}
}

func (s *standIn) reply(body bson.Raw) bson.D {
	es, err := body.Elements()
	if err != nil || len(es) == 0 {
		return nil
	}
	name := es[0].Key()
	s.mu.Lock()
	s.sent = append(s.sent, sent{name, bytes.Clone(body)})
	s.mu.Unlock()
	var out bson.D
	switch name {
	case "hello", "isMaster", "ismaster":
		out = servers.MongoHello(s.listen.Addr().String())
	case "buildInfo":
		out = bson.D{{Key: "version", Value: "8.0.0"}}
	default:
		out = s.answer(name, body)
	}
	if !slices.ContainsFunc(out, func(e bson.E) bool { return e.Key == "ok" }) {
		out = append(out, bson.E{Key: "ok", Value: 1})
	}
	return out
}

// cursor is the answer to what lists.
func cursor(docs ...any) bson.D {
	return bson.D{{Key: "cursor", Value: bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: "x.y"}, {Key: "firstBatch", Value: append(bson.A{}, docs...)}}}}
}
