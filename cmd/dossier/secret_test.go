package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestExposed(t *testing.T) {
	for arg, refused := range map[string]bool{
		"44051401359":                            true,
		"pesel=44051401359":                      true,
		"anna@lipy.example":                      true,
		"--because=asked by anna@lipy.example":   true,
		"postgres://dossier:secret@db/x":         true,
		"url=https://me:secret@host":             true,
		"2026-000123":                            false,
		"sha256:" + strings.Repeat("4", 64):      false,
		"sha256:44051401…1359":                   false,
		"token=@token.txt":                       false,
		"@pesel.txt":                             false,
		"url=https://host:8080/path":             false,
		"url=${URL}":                             false,
		"phone 600100200":                        false,
		filepath.Join("run", "12345678901.json"): false,
	} {
		if err := exposed([]string{"x", arg}); (err != nil) != refused {
			t.Errorf("%s: %v", arg, err)
		} else if err != nil && strings.Contains(err.Error(), arg) {
			t.Errorf("the error repeats it: %v", err)
		}
	}
}
