package keys

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func ring(t *testing.T) (*Ring, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys", "ring.json")
	r, err := Create(path, "")
	if err != nil {
		t.Fatal(err)
	}
	return r, path
}

func TestSealAndOpen(t *testing.T) {
	r, _ := ring(t)
	k, wrapped, err := r.NewDataKey("2032-12")
	if err != nil {
		t.Fatal(err)
	}
	part := Part{"2026-000123", "body"}
	sealed, err := k.Seal(part, []byte("secret"))
	if err != nil || bytes.Contains(sealed, []byte("secret")) || len(sealed) != 6+41 {
		t.Fatal(len(sealed), err)
	}
	again, _ := k.Seal(part, []byte("secret"))
	if bytes.Equal(sealed, again) {
		t.Error("two sealings are one: the nonce repeats")
	}
	u, err := r.Unwrap(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := u.Open(part, sealed); err != nil || string(plain) != "secret" {
		t.Error(string(plain), err)
	}
	for _, other := range []Part{{"2026-000124", "body"}, {"2026-000123", "salt"}, {"2026-000123b", "ody"}} {
		if _, err := u.Open(other, sealed); err == nil {
			t.Errorf("opened as %v", other)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := u.Open(part, bad); err == nil {
			t.Errorf("opened with byte %d altered", i)
		}
	}
	for i := range wrapped {
		bad := bytes.Clone(wrapped)
		bad[i] ^= 1
		if _, err := r.Unwrap(bad); err == nil {
			t.Errorf("unwrapped with byte %d altered", i)
		}
	}
	for n := range wrapped {
		if _, err := r.Unwrap(wrapped[:n]); err == nil {
			t.Errorf("unwrapped the first %d bytes", n)
		}
	}
	a, _ := k.Derive("placeholder")
	b, _ := u.Derive("placeholder")
	c, _ := u.Derive("roots")
	if !bytes.Equal(a, b) || bytes.Equal(a, c) || len(a) != 32 {
		t.Error("derived keys")
	}
	u.Wipe()
	if _, err := u.Open(part, sealed); err == nil {
		t.Error("a wiped key opens")
	}
	if _, err := (DataKey{}).Seal(part, nil); err == nil {
		t.Error("the zero key seals")
	}
}

// After the destruction of a month nothing opens what it wrapped: not this ring, not another process's, not the ring opened anew.
func TestDestroy(t *testing.T) {
	r, path := ring(t)
	other, err := Open(path, "")
	if err != nil {
		t.Fatal(err)
	}
	_, gone, _ := r.NewDataKey("2026-11")
	_, stays, _ := r.NewDataKey("2026-12")
	_, due, _ := r.NewDueKey("2026-11")
	if _, err := other.Unwrap(gone); err != nil {
		t.Fatal("another process does not see a new month:", err)
	}
	month := bytes.Clone(r.in.Months[Requests]["2026-11"].Key)
	held, err := os.Open(path) // the file as it was, by its inode
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()
	for range 2 {
		if err := r.Destroy(Requests, "2026-11", now); err != nil {
			t.Fatal(err)
		}
	}
	fresh, err := Open(path, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*Ring{r, other, fresh} {
		if _, err := x.Unwrap(gone); !errors.Is(err, ErrDestroyed) || !strings.Contains(err.Error(), "2026-11-02") {
			t.Errorf("destroyed: %v", err)
		}
		for _, w := range [][]byte{stays, due} {
			if _, err := x.Unwrap(w); err != nil {
				t.Errorf("another month went with it: %v", err)
			}
		}
	}
	old := make([]byte, 1<<16)
	n, _ := held.ReadAt(old, 0)
	check := func(where string, content []byte) {
		t.Helper()
		for _, form := range [][]byte{month, []byte(base64.StdEncoding.EncodeToString(month)), []byte(hex.EncodeToString(month))} {
			if bytes.Contains(content, form) {
				t.Errorf("the key stands in %s", where)
			}
		}
	}
	if n == 0 {
		t.Error("the replaced file has no content to look at")
	}
	check("the replaced file", old[:n])
	entries, _ := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(filepath.Dir(path), e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		check(e.Name(), b)
	}
	// A new key of the same month is another key.
	if _, w, err := r.NewDataKey("2026-11"); err != nil {
		t.Fatal(err)
	} else if _, err := other.Unwrap(w); err != nil {
		t.Error(err)
	}
	if _, err := r.Unwrap(gone); !errors.Is(err, ErrDestroyed) {
		t.Error("the new key of the month opened the old one's:", err)
	}
}

func TestRewrap(t *testing.T) {
	r, _ := ring(t)
	k, wrapped, _ := r.NewDataKey("2026-11")
	sealed, _ := k.Seal(Part{"a", "b"}, []byte("x"))
	moved, err := r.Rewrap(wrapped, "2033-01")
	if err != nil {
		t.Fatal(err)
	}
	if class, m, err := WrappedMonth(moved); class != Requests || m != "2033-01" || err != nil {
		t.Error(class, m, err)
	}
	if err := r.Destroy(Requests, "2026-11", now); err != nil {
		t.Fatal(err)
	}
	u, err := r.Unwrap(moved)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := u.Open(Part{"a", "b"}, sealed); string(plain) != "x" || err != nil {
		t.Error(err)
	}
	if _, err := r.Rewrap(wrapped, "2033-01"); !errors.Is(err, ErrDestroyed) {
		t.Error(err)
	}
	if got, _ := r.MonthsOf(Requests); fmt.Sprint(got) != "[2033-01]" {
		t.Error(got)
	}
	for _, bad := range []Month{"", "2026-13", "2026-1", "2026-011", "26-11"} {
		if _, _, err := r.NewDataKey(bad); err == nil {
			t.Errorf("month %q", bad)
		}
	}
}

func TestPlace(t *testing.T) {
	dir := t.TempDir()
	state := filepath.Join(dir, "state", "state.db")
	link := filepath.Join(dir, "link")
	if err := os.MkdirAll(filepath.Dir(state), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Dir(state), link); err != nil {
		t.Fatal(err)
	}
	for path, ok := range map[string]bool{
		filepath.Join(dir, "state", "ring.json"):          false,
		filepath.Join(dir, "state", "sub", "ring.json"):   false,
		filepath.Join(link, "ring.json"):                  false,
		filepath.Join(link, "new", "ring.json"):           false,
		filepath.Join(dir, "keys", "ring.json"):           true,
		filepath.Join(dir, "state-keys", "ring.json"):     true,
		filepath.Join(dir, "ring.json"):                   true,
		filepath.Join(dir, "state", "..", "..x", "r.jsn"): true,
	} {
		if _, err := Create(path, state); (err == nil) != ok {
			t.Errorf("%s: %v", path, err)
		} else if ok {
			if _, err := CreateYears(YearsPath(path), state); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := Create(filepath.Join(dir, "state", "ring.json"), "postgres://host/db"); err != nil {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(dir, "state", "ring.json"), state); err == nil {
		t.Error("opened beside the state")
	}
}

func TestCreateAndOpen(t *testing.T) {
	r, path := ring(t)
	if _, err := Create(path, ""); !errors.Is(err, fs.ErrExist) {
		t.Errorf("replaced: %v", err)
	}
	if _, err := Open(path+"x", ""); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "dossier init") {
		t.Errorf("missing: %v", err)
	}
	for _, p := range []string{path, path + suffixLock} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", p, info.Mode(), err)
		}
	}
	again, err := Open(path, "")
	if err != nil {
		t.Fatal(err)
	}
	if again.VerifierKey() != r.VerifierKey() || !bytes.Equal(again.RegisterKey().Bytes(), r.RegisterKey().Bytes()) || again.ContactKey().ID == again.DueMarkKey().ID {
		t.Error("the ring changed by being opened")
	}
	if s, err := again.Signer(); err != nil || !strings.HasPrefix(r.VerifierKey(), s.Name()+"+") {
		t.Error(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, ""); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("readable by others: %v", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	good, _ := os.ReadFile(path)
	for name, bad := range map[string][]byte{
		"cut":    good[:len(good)/2],
		"empty":  {},
		"format": bytes.Replace(good, []byte("key-ring/v1"), []byte("key-ring/v9"), 1),
		"key":    bytes.Replace(good, []byte(`"key": "`), []byte(`"key": "AA`), 1),
		"nokeys": []byte(`{"format": "dossier.key-ring/v1"}`),
	} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path, "")
		if err == nil {
			t.Errorf("%s: opened", name)
		} else if strings.Contains(err.Error(), "PRIVATE") || strings.Contains(err.Error(), base64.StdEncoding.EncodeToString(r.RegisterKey().Bytes())) {
			t.Errorf("%s: the error holds a key", name)
		}
	}
}

func TestYears(t *testing.T) {
	path := filepath.Join(t.TempDir(), "years.json")
	y, err := CreateYears(path, "")
	if err != nil {
		t.Fatal(err)
	}
	a, err := y.Current(2026)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := y.Current(2026); again.ID != a.ID || !bytes.Equal(again.Bytes(), a.Bytes()) || len(a.Bytes()) != 32 {
		t.Error("another key for the same year")
	}
	b, _ := y.Current(2025)
	c, err := y.Rotate(2026)
	if err != nil || c.ID == a.ID {
		t.Error("not rotated", err)
	}
	if now, _ := y.Current(2026); now.ID != c.ID {
		t.Error("the rotated key does not mark")
	}
	all, _ := y.All()
	if len(all) != 3 || all[0].ID != b.ID || all[1].ID != a.ID || all[2].ID != c.ID {
		t.Error(all)
	}
	other, err := OpenYears(path, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := y.Destroy(a.ID, now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := other.Get(a.ID); !errors.Is(err, ErrDestroyed) {
		t.Error(err)
	}
	if got, err := other.Get(c.ID); err != nil || got.ID != c.ID {
		t.Error(err)
	}
	if _, err := other.Get("none"); err == nil || errors.Is(err, ErrDestroyed) {
		t.Error(err)
	}
	file, _ := os.ReadFile(path)
	if bytes.Contains(file, []byte(base64.StdEncoding.EncodeToString(a.Bytes()))) {
		t.Error("a destroyed key is in the file")
	}
	if got := YearsPath("/x/ring.json"); got != "/x/ring-tombstones.json" {
		t.Error(got)
	}
}

// Many at once, over two openings of one file, lose nothing.
func TestConcurrentUse(t *testing.T) {
	r, path := ring(t)
	other, err := Open(path, "")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			x, y := r, other
			if i%2 == 0 {
				x, y = y, x
			}
			for m := range 3 {
				month := Month(fmt.Sprintf("2026-%02d", 1+(i+m)%4))
				_, w, err := x.NewDataKey(month)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := y.Unwrap(w); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
}

func TestPrintsMasked(t *testing.T) {
	r, _ := ring(t)
	k, _, _ := r.NewDataKey("2026-11")
	out := fmt.Sprintf("%v %+v %#v %s %x", r, r, r, k, k) + fmt.Sprintf("%v %+v %#v %x", k, k, k, r.RegisterKey()) + fmt.Sprintf("%v %#v", *r, r.vault)
	for _, key := range [][]byte{k.key[:], r.RegisterKey().Bytes()} {
		for _, form := range []string{hex.EncodeToString(key), base64.StdEncoding.EncodeToString(key), strings.Trim(fmt.Sprintf("%d", key), "[]"), fmt.Sprintf("%#v", key)} {
			if strings.Contains(out, form) {
				t.Errorf("a key shows: %s", out)
			}
		}
	}
	if strings.Contains(out, "PRIVATE") {
		t.Error("the journal's key shows")
	}
}
