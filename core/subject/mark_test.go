package subject

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestMarkVectors(t *testing.T) {
	for _, v := range vectors(t, "testdata/marks-1.tsv") {
		key, _ := hex.DecodeString(v[0])
		m, err := NewMark(key, v[1], v[2], v[3], unquote(t, v[4]))
		if err != nil || hex.EncodeToString(m.Bytes()) != v[5] {
			t.Errorf("%v: got %x, %v", v[1:], m.Bytes(), err)
		}
	}
	seen := map[string]bool{}
	for _, v := range vectors(t, "testdata/rows-1.tsv") {
		key, _ := hex.DecodeString(v[0])
		m, err := RowMark(key, v[1], v[2], strings.Split(v[3], "/")...)
		if err != nil || hex.EncodeToString(m.Bytes()) != v[4] {
			t.Errorf("%v: got %x, %v", v[1:], m.Bytes(), err)
		}
		if seen[v[4]] {
			t.Errorf("%v: two rows, one mark", v[1:])
		}
		seen[v[4]] = true
	}
}

func TestMarkOf(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	email := Kind{Name: "email", Normaliser: "email/1", NotAValue: []string{"brak@brak.pl"}}
	a, n, err := email.MarkOf(key, TombstoneUse, " Anna@Example.PL")
	if err != nil || n != "email/1" {
		t.Fatal(n, err)
	}
	b, _, _ := email.MarkOf(key, TombstoneUse, "anna@example.pl")
	if !a.Equal(b) {
		t.Error("two spellings, two marks")
	}
	if _, _, err := email.MarkOf(key, TombstoneUse, "BRAK@brak.pl"); !errors.Is(err, ErrNotAValue) {
		t.Errorf("a sentinel was marked: %v", err)
	}
	if _, err := NewMark(key[:31], TombstoneUse, "a", "b", "c"); err == nil {
		t.Error("a short key was taken")
	}
	if _, err := MarkFromBytes(key[:31]); err == nil {
		t.Error("a short mark was taken")
	}
}

// A mark shows itself to nothing but Bytes.
func TestMarkPrintsMasked(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	m, _ := NewMark(key, TombstoneUse, "pesel", "pesel/1", "44051401359")
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "mark", m, "in", struct{ M Mark }{m})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "mark", m, "in", struct{ M Mark }{m})
	j, err := json.Marshal(map[string]any{"m": m})
	if err != nil {
		t.Fatal(err)
	}
	out := log.String() + string(j) + fmt.Sprint(m, &m, struct{ M Mark }{m}) + fmt.Sprintf("%v %+v %#v %x %s %d", m, m, m, m, m, m)
	for _, form := range []string{hex.EncodeToString(m.Bytes()), strings.Trim(fmt.Sprintf("%d", m.Bytes()), "[]"), fmt.Sprintf("%d", m.Bytes()[0]) + " " + fmt.Sprintf("%d", m.Bytes()[1])} {
		if strings.Contains(strings.ToLower(out), form) {
			t.Errorf("the mark shows as %s in %s", form, out)
		}
	}
}
