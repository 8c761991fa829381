package main

import (
	"database/sql"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// forbidden runs a statement as an application does and wants the store to refuse it: forbidden FILE STATEMENT WORDS
func (s scripts) forbidden(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: forbidden FILE STATEMENT WORDS")
	}
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0])+"?_pragma=busy_timeout(5000)")
	ts.Check(err)
	defer func() { _ = db.Close() }()
	if _, err := db.Exec(args[1]); err == nil || !strings.Contains(err.Error(), args[2]) {
		ts.Fatalf("the store said %v, want %q", err, args[2])
	}
}

// counts runs a query of one number as an application does: counts FILE QUERY NUMBER
func (s scripts) counts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: counts FILE QUERY NUMBER")
	}
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0])+"?_pragma=busy_timeout(5000)")
	ts.Check(err)
	defer func() { _ = db.Close() }()
	var n int64
	ts.Check(db.QueryRow(args[1]).Scan(&n))
	if strconv.FormatInt(n, 10) != args[2] {
		ts.Fatalf("%d, want %s", n, args[2])
	}
}
