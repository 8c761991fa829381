package view

import (
	"bytes"
	"testing"
)

func TestAmount(t *testing.T) {
	for _, c := range []struct {
		done, total int64
		want        string
	}{{0, 999, "0 of 999 bytes"}, {500, 1000, "0.5 of 1.0 kB"}, {1_200_000_000, 4_500_000_000, "1.2 of 4.5 GB"}, {40_000_000, 4_500_000_000, "0.0 of 4.5 GB"}, {2e12, 3e12, "2.0 of 3.0 TB"}} {
		if got := Amount(c.done, c.total); got != c.want {
			t.Errorf("%d of %d: %q, want %q", c.done, c.total, got, c.want)
		}
	}
}

// TestRead: how much was read stands behind what is being worked, under the name of its system where the line names another, and where no line stands none is begun.
func TestRead(t *testing.T) {
	var out bytes.Buffer
	p := &Progress{w: &out}
	p.Read("lake", 1, 2)
	if out.Len() > 0 {
		t.Errorf("a line was begun: %q", out.String())
	}
	for text, want := range map[string]string{"looking in lake": "looking in lake, 1.2 of 4.5 GB", "working in lake, part 2": "working in lake, part 2, 1.2 of 4.5 GB",
		"looking in lakeside": "looking in lakeside; lake: 1.2 of 4.5 GB", "looking once more": "looking once more; lake: 1.2 of 4.5 GB"} {
		p.Tell(text)
		p.Read("lake", 1_200_000_000, 4_500_000_000)
		if p.shown != want || out.Len() == 0 {
			t.Errorf("the line says %q, want %q", p.shown, want)
		}
	}
	p.Done()
}
