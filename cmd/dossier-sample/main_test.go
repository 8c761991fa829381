package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunLaysOutAndSaysWhere(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--dir", filepath.Join(dir, "stores"), "--members", "60", "--seed", "7", "--as-of", "2027-03-01",
		"--requests", filepath.Join(dir, "requests"), "--persons", filepath.Join(dir, "persons.json")}
	var out, diag bytes.Buffer
	if code := run(context.Background(), args, &out, &diag); code != 0 {
		t.Fatalf("exit %d: %s", code, diag.String())
	}
	for line := range strings.Lines(out.String()) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || value == "" {
			t.Errorf("not NAME=VALUE: %q", line)
		}
		if strings.HasSuffix(name, "_FILE") || strings.HasSuffix(name, "_DIR") {
			if _, err := os.Stat(value); err != nil {
				t.Error(err)
			}
		}
	}
	if n := strings.Count(out.String(), "\n"); n != 4 {
		t.Errorf("%d lines on standard output, want 4:\n%s", n, out.String())
	}
	for _, file := range []string{"requests/erasure.json", "persons.json"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Error(err)
		}
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "requests/erasure.json")); !bytes.Contains(b, []byte(`"2027-000123"`)) {
		t.Error("the requests do not follow --as-of")
	}

	diag.Reset()
	if code := run(context.Background(), args, &out, &diag); code != 1 || !strings.Contains(diag.String(), "is there already") {
		t.Errorf("a second time: exit %d, %q; want 1 and a refusal", code, diag.String())
	}
}

func TestRunUsage(t *testing.T) {
	for name, args := range map[string][]string{
		"no folder":     {},
		"unknown flag":  {"--dir", "x", "--colour"},
		"an argument":   {"--dir", "x", "y"},
		"no such day":   {"--dir", "x", "--as-of", "2026-02-30"},
		"not a number":  {"--dir", "x", "--members", "many"},
		"negative seed": {"--dir", "x", "--seed", "-1"},
	} {
		var out, diag bytes.Buffer
		if code := run(context.Background(), args, &out, &diag); code != 2 || diag.Len() == 0 || out.Len() != 0 {
			t.Errorf("%s: exit %d, stdout %q, stderr %q; want 2 and a word about it", name, code, out.String(), diag.String())
		}
	}
	var out, diag bytes.Buffer
	if code := run(context.Background(), []string{"--help"}, &out, &diag); code != 0 || !strings.HasPrefix(diag.String(), "dossier-sample --dir") {
		t.Errorf("--help: exit %d, %q; want 0, an example first", code, diag.String())
	}
	if code := run(context.Background(), []string{"--dir", t.TempDir(), "--members", "5"}, &out, &diag); code != 1 {
		t.Errorf("fewer members than the cast: exit %d, want 1", code)
	}

	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if code := run(stopped, []string{"--dir", t.TempDir()}, &out, &diag); code != 130 {
		t.Errorf("interrupted: exit %d, want 130", code)
	}
}
