package keys

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

const keySize = chacha20poly1305.KeySize

// DataKey seals the parts of one owner: a request, a due item, an entry of a list. It prints masked. The zero DataKey
// seals and opens nothing.
type DataKey struct{ key *[keySize]byte }

// Part says whose and what a sealed part is. Both are authenticated: what was sealed as one part opens as no other. Neither holds
// personal data.
type Part struct {
	Owner string // request id, due item id …
	Name  string // "body", "salt", "frame/register/leases.member/3" …
}

const sealedV1 = 1

// Seal encrypts and authenticates plaintext as that part. The result is a version byte, a random nonce of 24 bytes and the
// ciphertext: 41 bytes longer than the plaintext.
func (k DataKey) Seal(part Part, plaintext []byte) ([]byte, error) {
	if k.key == nil {
		return nil, errors.New("seal " + part.Name + ": no key")
	}
	return sealWith(k.key[:], part.bound(), plaintext)
}

// Open is the inverse of [DataKey.Seal]. It fails where a bit was altered, the key is another, or the part is.
func (k DataKey) Open(part Part, sealed []byte) ([]byte, error) {
	if k.key == nil {
		return nil, errors.New("open " + part.Name + ": no key")
	}
	plain, err := openWith(k.key[:], part.bound(), sealed)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s of %s: it was altered, or sealed under another key or as another part", part.Name, part.Owner)
	}
	return plain, nil
}

// Derive gives 32 bytes for another use of this key (HKDF-SHA-256 with the label as info): the same each time, and gone with the key.
func (k DataKey) Derive(label string) ([]byte, error) {
	if k.key == nil {
		return nil, errors.New("derive " + label + ": no key")
	}
	return hkdf.Key(sha256.New, k.key[:], nil, "dossier/derive/v1/"+label, 32)
}

// Wipe overwrites the key in memory; copies of this DataKey are wiped with it.
func (k DataKey) Wipe() {
	if k.key != nil {
		clear(k.key[:])
	}
}

// Format keeps the key out of logs whatever verb prints it.
func (k DataKey) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("data key •••")) }

// MarshalJSON masks.
func (k DataKey) MarshalJSON() ([]byte, error) { return []byte(`"•••"`), nil }

func (p Part) bound() []byte {
	b := []byte("dossier/sealed/v1")
	for _, s := range []string{p.Owner, p.Name} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

func newKey() *[keySize]byte {
	k := new([keySize]byte)
	_, _ = rand.Read(k[:]) // never fails; the runtime ends the process instead
	return k
}

func sealWith(key, bound, plaintext []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plaintext)+aead.Overhead())
	out[0] = sealedV1
	_, _ = rand.Read(out[1:])
	return aead.Seal(out, out[1:], plaintext, bound), nil
}

func openWith(key, bound, sealed []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	n := aead.NonceSize()
	if len(sealed) < 1+n+aead.Overhead() || sealed[0] != sealedV1 {
		return nil, errors.New("not a sealed part")
	}
	return aead.Open(nil, sealed[1:1+n], sealed[1+n:], bound)
}
