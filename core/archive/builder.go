package archive

import (
	"archive/zip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"

	"github.com/dossier-dsr/dossier/core/request"
)

// Info is what the package is about.
type Info struct {
	Request  string         // number of the request; holds no personal data
	Right    request.Right  // access or portability
	Language string         // "pl" or "en"
	AsOf     time.Time      // the data is as it stood then
	Zone     *time.Location // in which the page shows instants; nil: UTC
}

// Config is where and how it is made.
type Config struct {
	Spool  string           // folder for sealed temporary files; "" the system's
	Expect int64            // about how many bytes of rows will come, to check the room beforehand; 0 unknown
	Clock  func() time.Time // nil: time.Now. With a fixed clock the same input makes the same files
}

// Builder writes one package. Its methods are safe for concurrent use; a [Table] is not. After an error
// the package is spoilt: call Abort and throw away what was written.
type Builder struct {
	info  Info
	cfg   Config
	words words
	at    time.Time
	aead  cipher.AEAD
	open  func(dir string) (spoolFile, error)

	mu      sync.Mutex
	out     *counted
	z       *zip.Writer
	spools  uint32
	paths   names
	tables  []*Table
	files   []*file
	entries []entry
	page    *spool // the collections' sections of index.html
	index   *spool // the collections of dossier.json
	failed  error
	done    bool
}

// New begins a package that is written to w as the rows come. Leftovers of runs that ended by force are
// removed from the spool folder. A full folder is [ErrNoSpace].
func New(w io.Writer, cfg Config, info Info) (*Builder, error) {
	return newBuilder(w, cfg, info, openSpoolFile, freeSpace)
}

func newBuilder(w io.Writer, cfg Config, info Info, open func(string) (spoolFile, error), free func(string) (int64, error)) (*Builder, error) {
	if info.Right != request.Access && info.Right != request.Portability {
		return nil, fmt.Errorf("a package answers access or portability, not %q", string(info.Right))
	}
	text, err := wordsIn(info.Language)
	if err != nil {
		return nil, err
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Spool == "" {
		cfg.Spool = os.TempDir()
	}
	if info.Zone == nil {
		info.Zone = time.UTC
	}
	text.zone = info.Zone
	if err := checkSpace(free, cfg.Spool, cfg.Expect); err != nil {
		return nil, err
	}
	if err := sweep(cfg.Spool); err != nil {
		return nil, fmt.Errorf("remove temporary files of an earlier run: %w", pathless(err))
	}
	aead, err := newKey()
	if err != nil {
		return nil, err
	}
	out := &counted{w: w, sha: sha256.New()}
	b := &Builder{info: info, cfg: cfg, words: text, at: cfg.Clock().UTC().Truncate(time.Second), aead: aead, open: open,
		out: out, z: zip.NewWriter(out), paths: names{}}
	b.z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	b.page, b.index = b.newSpool(), b.newSpool()
	return b, nil
}

// newKey makes the key of this package's temporary files; it is nowhere but here.
func newKey() (cipher.AEAD, error) {
	key := make([]byte, 32)
	defer clear(key)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// newSpool is called with mu held, or before anybody else knows of b.
func (b *Builder) newSpool() *spool {
	b.spools++
	return &spool{dir: b.cfg.Spool, aead: b.aead, id: b.spools, open: b.open}
}

func (b *Builder) newPart() (*part, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return newPart(b.newSpool())
}

// fail keeps the first error; mu is held.
func (b *Builder) fail(err error) error {
	if err != nil && b.failed == nil {
		b.failed = err
	}
	return err
}

// usable says whether more may be added; mu is held.
func (b *Builder) usable() error {
	if b.done {
		return errors.New("the package is closed")
	}
	return b.failed
}

var errGivenUp = errors.New("the package was given up")

// Abort gives up: temporary files are removed. What was written to w is no package. No table may be in use
// meanwhile. Harmless after Close, and twice.
func (b *Builder) Abort() {
	b.mu.Lock()
	if b.failed == nil && !b.done {
		b.failed = errGivenUp
	}
	open := b.tables
	b.mu.Unlock()
	for _, t := range open {
		t.abandon()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done = true
	_ = b.page.close()
	_ = b.index.close()
}

// counted is the way out: it counts and hashes, for the receipt.
type counted struct {
	w   io.Writer
	sha hash.Hash
	n   int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.sha.Write(p[:n])
	c.n += int64(n)
	return n, err
}

func (c *counted) sum() string { return "sha256:" + hex.EncodeToString(c.sha.Sum(nil)) }
