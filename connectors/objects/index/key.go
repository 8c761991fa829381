package index

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
)

// keys are made of the one that is given.
type keys struct {
	marks, names []byte
	seal         cipher.AEAD
}

// newKeys makes the keys of one system's index.
func newKeys(secret []byte, system string) (keys, error) {
	derive := func(what string) ([]byte, error) {
		return hkdf.Key(sha256.New, secret, []byte(system), "dossier/index/v1/"+what, 32)
	}
	marks, err := derive("marks")
	names, err2 := derive("names")
	seal, err3 := derive("seal")
	if err := errors.Join(err, err2, err3); err != nil {
		return keys{}, err
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return keys{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return keys{marks: marks, names: names, seal: aead}, err
}

// name is what the index of a source is called.
func (k keys) name(source string) string {
	h := hmac.New(sha256.New, k.names)
	h.Write([]byte(source))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// sealed is content that only opens under its name.
func (k keys) sealed(name string, content []byte) []byte {
	return k.seal.Seal(nil, nil, content, []byte(name))
}

func (k keys) opened(name string, content []byte) ([]byte, error) {
	return k.seal.Open(nil, nil, content, []byte(name))
}

// marker makes marks; it is of one goroutine.
type marker struct {
	mac hash.Hash
	sum []byte
}

func (k keys) marker() *marker { return &marker{mac: hmac.New(sha256.New, k.marks)} }

func (m *marker) mark(field, like string) uint32 {
	m.mac.Reset()
	m.mac.Write(binary.AppendUvarint(nil, uint64(len(field))))
	m.mac.Write([]byte(field))
	m.mac.Write([]byte(like))
	m.sum = m.mac.Sum(m.sum[:0])
	return binary.BigEndian.Uint32(m.sum)
}
