package main

import "testing"

// TestTiny runs benches of several stores at sizes that say nothing about time. Each ends in an error unless both ways end with the same, or find the same.
func TestTiny(t *testing.T) {
	t.Chdir("../..") // where maps are looked for
	for name, args := range map[string][]string{
		"elements": {"-store", "mongodb", "-documents", "80", "-n", "1"},
		"clinic":   {"-store", "clinic", "-members", "120", "-n", "1"},
		"lake":     {"-store", "s3", "-only", "json", "-objects", "20", "-rounds", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(t.Context(), append(args, "-inside")); err != nil {
				t.Error(err)
			}
		})
	}
}
