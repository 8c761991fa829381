package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
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

// crowdedHouse has a lake of so many rows: nine in ten in one object, the rest in fifty; the second member's are spread over all.
func crowdedHouse(t *testing.T, rows int) *product.House {
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
			who := "C-1"
			if at%(rows/hers) == 7 {
				who = "C-2"
			}
			fmt.Fprintf(&text, `{"no":%d,"member_no":"%s","seen_on":"2001-02-03","said":"number %[1]d of some"}`+"\n", at, who)
			at++
		}
		_, err := b.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b.Name, Key: aws.String(fmt.Sprintf("imports/2001-%02d.jsonl", o)), Body: bytes.NewReader(text.Bytes())})
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"controller.yaml": clubController, "lake.yaml": crowdedLake} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h := built.Empty(t, dir)
	h.Extra = map[string]string{"LAKE_BUCKET": b.Name, "LAKE_URL": b.Endpoint, "LAKE_KEY": b.Key, "LAKE_SECRET": b.Secret}
	return h
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

// TestLakeMemoryDoesNotGrow: a hundred times the rows in a bucket, among which a person's are found for a copy, and then erased, take the same memory of all
// processes together.
func TestLakeMemoryDoesNotGrow(t *testing.T) {
	peaks := func(rows int) (access, erasure int64) {
		h := crowdedHouse(t, rows)
		access = h.Peak(func() {
			if r := h.Run(t, "-q", "run", second(t, h, "access")); r.Code != 0 {
				t.Fatalf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
			}
		})
		erasure = h.Peak(func() {
			p := h.Plan(t, second(t, h, "erasure"))
			r := h.Apply(t, p)
			if s := product.System(t, h.Standing(t, p.Request), "lake"); r.Code != 0 && r.Code != 4 || s.Deleted != hers || s.VerifiedAt == nil {
				t.Fatalf("exit %d, %+v\n%s%s", r.Code, s, r.Stdout, r.Stderr)
			}
		})
		return access, erasure
	}
	access, erasure := peaks(10_000)
	accessOfMany, erasureOfMany := peaks(1_000_000)
	for right, kib := range map[string][2]int64{"access": {access, accessOfMany}, "erasure": {erasure, erasureOfMany}} {
		t.Logf("%s: %d KiB with 10,000 rows, %d with 1,000,000", right, kib[0], kib[1])
		if most := kib[0]*11/10 + 2*lakePart; kib[1] > most {
			t.Errorf("%s: 1,000,000 rows take %d KiB, 10,000 take %d: over a tenth more, and two parts of an object", right, kib[1], kib[0])
		}
	}
}
