package mongodb_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
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

// Opcodes of the wire protocol.
const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

func (s *standIn) serve(c net.Conn) {
	defer c.Close()
	for {
		head := make([]byte, 16)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		body := make([]byte, binary.LittleEndian.Uint32(head)-16)
		if _, err := io.ReadFull(c, body); err != nil {
			return
		}
		var reply []byte
		switch binary.LittleEndian.Uint32(head[12:]) {
		case opQuery:
			doc := body[4+bytes.IndexByte(body[4:], 0)+1+8:]
			reply = append(make([]byte, 20), s.reply(doc)...)
			binary.LittleEndian.PutUint32(reply[16:], 1)
			reply = message(opReply, head[4:8], reply)
		case opMsg:
			reply = message(opMsg, head[4:8], append(make([]byte, 5), s.reply(command(body[4:]))...))
		}
		if _, err := c.Write(reply); err != nil {
			return
		}
	}
}

func message(op uint32, to, body []byte) []byte {
	out := make([]byte, 16, 16+len(body))
	binary.LittleEndian.PutUint32(out, uint32(16+len(body)))
	copy(out[8:], to)
	binary.LittleEndian.PutUint32(out[12:], op)
	return append(out, body...)
}

// command puts the sections of a message together as one document.
func command(sections []byte) bson.Raw {
	var doc bson.D
	for len(sections) > 0 {
		kind, rest := sections[0], sections[1:]
		size := binary.LittleEndian.Uint32(rest)
		part := rest[:size]
		sections = rest[size:]
		if kind == 0 {
			var d bson.D
			_ = bson.Unmarshal(part, &d)
			doc = append(doc, d...)
			continue
		}
		name, docs, _ := bytes.Cut(part[4:], []byte{0})
		var list bson.A
		for len(docs) > 0 {
			n := binary.LittleEndian.Uint32(docs)
			list = append(list, bson.Raw(docs[:n]))
			docs = docs[n:]
		}
		doc = append(doc, bson.E{Key: string(name), Value: list})
	}
	raw, _ := bson.Marshal(doc)
	return raw
}

func (s *standIn) reply(body bson.Raw) []byte {
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
		at := s.listen.Addr().String()
		out = bson.D{{Key: "ismaster", Value: true}, {Key: "isWritablePrimary", Value: true}, {Key: "helloOk", Value: true}, {Key: "setName", Value: "rs0"}, {Key: "hosts", Value: bson.A{at}},
			{Key: "me", Value: at}, {Key: "primary", Value: at}, {Key: "setVersion", Value: 1}, {Key: "minWireVersion", Value: 0}, {Key: "maxWireVersion", Value: 25},
			{Key: "maxBsonObjectSize", Value: 16 << 20}, {Key: "maxMessageSizeBytes", Value: 48 << 20}, {Key: "maxWriteBatchSize", Value: 100000}, {Key: "logicalSessionTimeoutMinutes", Value: 30}}
	case "buildInfo":
		out = bson.D{{Key: "version", Value: "8.0.0"}}
	default:
		out = s.answer(name, body)
	}
	if out == nil || out[0].Key != "ok" {
		out = append(out, bson.E{Key: "ok", Value: 1})
	}
	raw, _ := bson.Marshal(out)
	return raw
}

// cursor is the answer to what lists.
func cursor(docs ...any) bson.D {
	return bson.D{{Key: "cursor", Value: bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: "x.y"}, {Key: "firstBatch", Value: append(bson.A{}, docs...)}}}}
}
