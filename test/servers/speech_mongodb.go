package servers

import (
	"bufio"
	"encoding/binary"
	"io"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// mongoSpeech: a length, numbers, and what is said, one message for a question and one for its answer. A statement reads as a command and what goes with
// it, as text: {"delete": "tickets", …} {"q": …}. What clients ask to know the server is none.
type mongoSpeech struct{}

func (mongoSpeech) said(from *bufio.Reader, _ bool) ([]byte, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	return body(from, head, int(binary.LittleEndian.Uint32(head))-len(head))
}

func (s mongoSpeech) answered(from *bufio.Reader) ([]byte, error) { return s.said(from, false) }

// opMsg is the kind of message commands come by.
const opMsg = 2013

func (mongoSpeech) statement(m []byte) (string, bool) {
	if len(m) < 26 || binary.LittleEndian.Uint32(m[12:]) != opMsg {
		return "", false
	}
	var words []string
	for rest := m[20:]; len(rest) > 5; {
		size := int(binary.LittleEndian.Uint32(rest[1:]))
		part := rest[1 : 1+size]
		if rest[0] == 0 {
			words = append([]string{bson.Raw(part).String()}, words...)
		} else { // documents that go with the command, behind their name
			for part = part[4+strings.IndexByte(string(part[4:]), 0)+1:]; len(part) > 4; {
				n := binary.LittleEndian.Uint32(part)
				words = append(words, bson.Raw(part[:n]).String())
				part = part[n:]
			}
		}
		rest = rest[1+size:]
	}
	text := strings.Join(words, " ")
	for _, own := range []string{`{"hello"`, `{"isMaster"`, `{"ismaster"`, `{"ping"`, `{"endSessions"`} {
		if strings.HasPrefix(text, own) {
			return "", false
		}
	}
	return text, true
}

func (s mongoSpeech) asked(m []byte) bool { _, ok := s.statement(m); return ok }

// done: every answer is whole.
func (mongoSpeech) done([]byte) bool { return true }
