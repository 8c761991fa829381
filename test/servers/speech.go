package servers

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// speech is the protocol of a kind of server, as far as [Between] has to understand it; one for each connection.
type speech interface {
	// said reads one message of the program whole.
	said(from *bufio.Reader, first bool) ([]byte, error)
	// answered reads one message of the server whole.
	answered(from *bufio.Reader) ([]byte, error)
	// statement is what a message of the program has the server carry out, where it does.
	statement(m []byte) (string, bool)
	// asked says whether with this message of the program the server has all it needs to begin.
	asked(m []byte) bool
	// done says whether with this message of the server the statement was carried out.
	done(m []byte) bool
}

func speechOf(scheme string) speech {
	switch scheme {
	case "mysql":
		return &mysqlSpeech{}
	case "mongodb":
		return mongoSpeech{}
	}
	return postgresSpeech{}
}

// postgresSpeech: a letter, but for the first message of a connection, a length, and what is said.
type postgresSpeech struct{}

func (postgresSpeech) said(from *bufio.Reader, first bool) ([]byte, error) {
	head := make([]byte, 5)
	if first {
		head = make([]byte, 4)
	}
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	return body(from, head, int(binary.BigEndian.Uint32(head[len(head)-4:]))-4)
}

func (p postgresSpeech) answered(from *bufio.Reader) ([]byte, error) { return p.said(from, false) }

func (postgresSpeech) statement(m []byte) (string, bool) {
	switch m[0] {
	case 'P':
		_, rest, _ := bytes.Cut(m[5:], []byte{0})
		statement, _, _ := bytes.Cut(rest, []byte{0})
		return string(statement), true
	case 'Q':
		return string(bytes.TrimRight(m[5:], "\x00")), true
	}
	return "", false
}

func (postgresSpeech) asked(m []byte) bool { return m[0] == 'S' || m[0] == 'Q' }

// done: it is ready for the next.
func (postgresSpeech) done(m []byte) bool { return m[0] == 'Z' }

// mysqlSpeech: a length, a number, and what is said. The number is 0 where a program asks for something new.
type mysqlSpeech struct {
	prepared string // the statement prepared last; programs prepare one and carry it out
}

func (*mysqlSpeech) said(from *bufio.Reader, _ bool) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	return body(from, head, int(head[0])|int(head[1])<<8|int(head[2])<<16)
}

func (s *mysqlSpeech) answered(from *bufio.Reader) ([]byte, error) { return s.said(from, false) }

// The commands a statement comes by.
const (
	comQuery   = 3
	comPrepare = 22
	comExecute = 23
)

// command is what the program asks for; 0 where a message goes on with what was begun.
func command(m []byte) byte {
	if m[3] != 0 || len(m) < 5 {
		return 0
	}
	return m[4]
}

func (s *mysqlSpeech) statement(m []byte) (string, bool) {
	switch command(m) {
	case comQuery:
		return string(m[5:]), true
	case comPrepare:
		s.prepared = string(m[5:])
	case comExecute:
		return s.prepared, true
	}
	return "", false
}

func (*mysqlSpeech) asked(m []byte) bool { return command(m) == comQuery || command(m) == comExecute }

// done: the first that comes back from a statement without rows is also the last, and says how it ended.
func (*mysqlSpeech) done([]byte) bool { return true }

// body reads what is said under a head.
func body(from *bufio.Reader, head []byte, size int) ([]byte, error) {
	m := make([]byte, len(head)+size)
	copy(m, head)
	_, err := io.ReadFull(from, m[len(head):])
	return m, err
}
