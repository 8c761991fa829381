package servers

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/url"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// MongoMessage is one message of MongoDB's protocol.
type MongoMessage struct {
	head []byte
	body []byte
}

// Kinds of messages: commands come by opMsg, the first of a connection by opQuery, which opReply answers.
const (
	opReply = 1
	opQuery = 2004
)

// ReadMongo reads one.
func ReadMongo(from io.Reader) (MongoMessage, error) {
	m := MongoMessage{head: make([]byte, 16)}
	if _, err := io.ReadFull(from, m.head); err != nil {
		return m, err
	}
	m.body = make([]byte, binary.LittleEndian.Uint32(m.head)-16)
	_, err := io.ReadFull(from, m.body)
	return m, err
}

func (m MongoMessage) kind() uint32 { return binary.LittleEndian.Uint32(m.head[12:]) }

// Command is the command a message brings, as one document, or the answer to one; nil where it is neither.
func (m MongoMessage) Command() bson.Raw {
	switch m.kind() {
	case opQuery:
		return m.body[4+bytes.IndexByte(m.body[4:], 0)+1+8:]
	case opMsg:
		return sections(m.body[4:])
	}
	return nil
}

// sections puts the sections of a message together.
func sections(rest []byte) bson.Raw {
	var doc bson.D
	for len(rest) > 0 {
		kind, size := rest[0], binary.LittleEndian.Uint32(rest[1:])
		part := rest[1 : 1+size]
		rest = rest[1+size:]
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

// Answer is what goes back to whoever sent the message.
func (m MongoMessage) Answer(doc any) []byte {
	raw, _ := bson.Marshal(doc)
	if m.kind() == opQuery {
		body := append(make([]byte, 20), raw...)
		binary.LittleEndian.PutUint32(body[16:], 1)
		return framed(opReply, make([]byte, 4), m.head[4:8], body)
	}
	return framed(opMsg, make([]byte, 4), m.head[4:8], append(make([]byte, 5), raw...))
}

// with is the same message with another command in it.
func (m MongoMessage) with(doc any) []byte {
	raw, _ := bson.Marshal(doc)
	return framed(opMsg, m.head[4:8], make([]byte, 4), append(make([]byte, 5), raw...))
}

func framed(kind uint32, id, to, body []byte) []byte {
	out := make([]byte, 16, 16+len(body))
	binary.LittleEndian.PutUint32(out, uint32(16+len(body)))
	copy(out[4:], id)
	copy(out[8:], to)
	binary.LittleEndian.PutUint32(out[12:], kind)
	return append(out, body...)
}

// MongoHello is how a member of a replica set that listens at an address says what it is.
func MongoHello(at string) bson.D {
	return bson.D{{Key: "ismaster", Value: true}, {Key: "isWritablePrimary", Value: true}, {Key: "helloOk", Value: true}, {Key: "setName", Value: "rs0"}, {Key: "hosts", Value: bson.A{at}},
		{Key: "me", Value: at}, {Key: "primary", Value: at}, {Key: "setVersion", Value: 1}, {Key: "minWireVersion", Value: 0}, {Key: "maxWireVersion", Value: 25},
		{Key: "maxBsonObjectSize", Value: 16 << 20}, {Key: "maxMessageSizeBytes", Value: 48 << 20}, {Key: "maxWriteBatchSize", Value: 100000}, {Key: "logicalSessionTimeoutMinutes", Value: 30}, {Key: "ok", Value: 1}}
}

// hostOf is where the server of an address listens.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
