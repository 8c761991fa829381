package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

const crowdedLake = `system: lake
label: { en: Lake }
connector: s3
config: { bucket: "${LAKE_BUCKET}", endpoint: "${LAKE_URL}", path_style: "true", access_key_id: "${LAKE_KEY}", secret_access_key: "${LAKE_SECRET}" }
backups: 0 days
restrict: { block: task }
department: Biuro
collections:
  imports:
    at: imports/{month}.jsonl
    rows: jsonl
    key: [month, no]
    growth: any
    guards: { root_rows: 2000000, share: 100 %, because: very many rows a month }
    purposes: { membership: { since: seen_on } }
    fields:
      member_no: { identifier: member_no }
      seen_on:   correspondence.date
      said:      { category: vehicle.plate, free_text: export }
`

// lakePart is how much of a large object is held at a time, in KiB; the objects of a small lake are smaller.
const lakePart = 8 << 10

// hers are the rows of the second member.
const hers = 200

// crowdedHouse has a lake of so many rows: nine in ten in one object, the rest in fifty. who says whose each is; the map's texts are replaced.
func crowdedHouse(t *testing.T, rows int, who func(at int) string, edits ...string) *product.House {
	t.Helper()
	b := servers.S3(t, servers.Plain)
	at := 0
	for o := range 51 {
		n := rows / 500
		if o == 0 {
			n = rows * 9 / 10
		}
		var text bytes.Buffer
		for range n {
			fmt.Fprintf(&text, `{"no":%d,"member_no":"%s","seen_on":"2001-02-03","said":"number %[1]d of some"}`+"\n", at, who(at))
			at++
		}
		lay(t, b, fmt.Sprintf("imports/2001-%02d.jsonl", o), text.Bytes())
	}
	lay(t, b, "members.csv", []byte("member_no,left_on\nC-1,2024-02-03\nC-2,2001-02-03\n"))
	dir := t.TempDir()
	for name, text := range map[string]string{"controller.yaml": clubController, "lake.yaml": strings.NewReplacer(edits...).Replace(crowdedLake)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h := built.Empty(t, dir)
	h.Extra = map[string]string{"LAKE_BUCKET": b.Name, "LAKE_URL": b.Endpoint, "LAKE_KEY": b.Key, "LAKE_SECRET": b.Secret}
	return h
}

func lay(t *testing.T, b servers.Bucket, key string, content []byte) {
	t.Helper()
	if _, err := b.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b.Name, Key: &key, Body: bytes.NewReader(content)}); err != nil {
		t.Fatal(err)
	}
}

// second is a request of the second member.
func second(t *testing.T, h *product.House, right string) string {
	t.Helper()
	r := map[string]any{"id": "2026-" + right, "right": right, "subject": map[string]any{"identifiers": []any{map[string]any{"kind": "member_no", "value": "C-2", "verified": true}}},
		"received_at": h.Now.Add(-48 * time.Hour), "identity": map[string]any{"verified_at": h.Now.Add(-24 * time.Hour), "method": "document_seen"},
		"reply": map[string]any{"channel": "post", "language": "en"}}
	if right == "erasure" {
		r["ground"], r["scope"] = "art17_1_a", map[string]any{"all": true}
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "request.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// copied is how much memory all processes together take for a copy of the second member, in KiB.
func copied(t *testing.T, h *product.House) int64 {
	t.Helper()
	return h.Peak(func() {
		if r := h.Run(t, "-q", "run", second(t, h, "access")); r.Code != 0 {
			t.Fatalf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
	})
}

// erased is how much they take for his erasure of so many rows and documents.
func erased(t *testing.T, h *product.House, gone int64) int64 {
	t.Helper()
	return h.Peak(func() {
		p := h.Plan(t, second(t, h, "erasure"))
		r := h.Apply(t, p)
		if s := product.System(t, h.Standing(t, p.Request), "lake"); r.Code != 0 && r.Code != 4 || s.Deleted != gone || s.VerifiedAt == nil {
			t.Fatalf("exit %d, %+v\n%s%s", r.Code, s, r.Stdout, r.Stderr)
		}
	})
}

// flat fails where more rows take more than a tenth more memory, and two parts of an object; more is what else they may take.
func flat(t *testing.T, right string, few, many int, kib, ofMany, more int64) {
	t.Helper()
	t.Logf("%s: %d KiB with %d rows, %d with %d", right, kib, few, ofMany, many)
	if most := kib*11/10 + 2*lakePart + more; ofMany > most {
		t.Errorf("%s: %d rows take %d KiB, %d take %d: over a tenth more, two parts of an object, and %d KiB", right, many, ofMany, few, kib, more)
	}
}

// TestLakeMemoryDoesNotGrow: a hundred times the rows in a bucket, among which a person's are found for a copy, and then erased, take the same memory of all
// processes together.
func TestLakeMemoryDoesNotGrow(t *testing.T) {
	const few, many = 10_000, 1_000_000
	peaks := func(rows int) (access, erasure int64) {
		h := crowdedHouse(t, rows, func(at int) string {
			if at%(rows/hers) == 7 {
				return "C-2"
			}
			return "C-1"
		})
		return copied(t, h), erased(t, h, hers)
	}
	access, erasure := peaks(few)
	accessOfMany, erasureOfMany := peaks(many)
	flat(t, "access", few, many, access, accessOfMany, 0)
	flat(t, "erasure", few, many, erasure, erasureOfMany, 0)
}

// ownRows are how many rows of his own the second member has in TestLakeMemoryOfTheirOwnRows; the environment may say another number.
const ownRows = 100_000

// TestLakeMemoryOfTheirOwnRows: a copy of ten or a hundred times the rows, which are all but one in eleven the person's own, takes the same memory. An erasure holds, until it is done, where each of
// them is; with the number of rows from the environment it is held to two hundred bytes a row.
func TestLakeMemoryOfTheirOwnRows(t *testing.T) {
	const few = 10_000
	many, whole := ownRows, false
	if text := os.Getenv("DOSSIER_TEST_LAKE_ROWS"); text != "" {
		var err error
		if many, err = strconv.Atoi(text); err != nil || many < few {
			t.Fatalf("DOSSIER_TEST_LAKE_ROWS is %q, no number of %d or more", text, few)
		}
		whole = true
	}
	peaks := func(rows int) (access, erasure int64) {
		gone := int64(1) // who he is stands in a row too
		h := crowdedHouse(t, rows*11/10, func(at int) string {
			if at%11 == 7 {
				return "C-1"
			}
			gone++
			return "C-2"
		}, "member_no: { identifier: member_no }", "member_no: { owned_by: members }", "collections:", crowdedMembers)
		if access = copied(t, h); whole {
			erasure = erased(t, h, gone)
		}
		return access, erasure
	}
	access, erasure := peaks(few)
	accessOfMany, erasureOfMany := peaks(many)
	flat(t, "access", few, many, access, accessOfMany, 0)
	if whole {
		flat(t, "erasure", few, many, erasure, erasureOfMany, int64(many)*200>>10)
	}
}

// crowdedMembers are those whose rows the imports hold.
const crowdedMembers = `collections:
  members:
    at: members.csv
    rows: csv
    key: [member_no]
    purposes: { membership: { since: left_on } }
    fields:
      member_no: { identifier: member_no }
      left_on:   correspondence.date`
