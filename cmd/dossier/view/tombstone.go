package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/tombstone"
)

// uses of a suppression, in words.
var uses = map[string]string{tombstone.UseReerase: "erase again if it comes back", tombstone.UseProof: "proof of the erasure only", tombstone.UseNoContact: "do not contact"}

// Suppressions prints the answer to a question: by purpose, with its days.
func Suppressions(w io.Writer, kind string, list []tombstone.Suppression, asJSON bool) error {
	if asJSON {
		if list == nil {
			list = []tombstone.Suppression{}
		}
		return JSON(w, Document{"format": "dossier.suppression/v1", "kind": kind, "suppressed": len(list) > 0, "answers": list})
	}
	if len(list) == 0 {
		_, err := fmt.Fprintf(w, "Nothing is suppressed for this %s.\n", kind)
		return err
	}
	t := Table{Head: []string{"PURPOSE", "USE", "SINCE", "UNTIL", "REQUEST"}}
	for _, s := range list {
		purpose, until := s.Purpose, Day(s.Until)
		if purpose == "*" {
			purpose = "all that was asked for"
		}
		if until == "" {
			until = "no end"
		}
		t.Add(purpose, uses[s.Use], Day(s.Since), until, s.Request)
	}
	return t.Print(w)
}

// Tombstones prints the ledger. It names requests, never anybody.
func Tombstones(w io.Writer, list []state.Tombstone, asJSON bool) error {
	type row struct {
		Request      string   `json:"request"`
		State        string   `json:"state"`
		Right        string   `json:"right"`
		Ground       string   `json:"ground,omitempty"`
		Systems      []string `json:"systems"`
		Purposes     []string `json:"purposes"`
		ErasedOn     string   `json:"erased_on"`
		KeptUntil    string   `json:"kept_until,omitempty"`
		ReeraseUntil string   `json:"reerase_until"`
		ProofUntil   string   `json:"proof_until"`
	}
	if asJSON {
		rows := []row{}
		for _, t := range list {
			rows = append(rows, row{t.Request, t.State, t.Right, t.Ground, t.Systems, t.Purposes, t.ErasedOn, t.KeptUntil, t.ReeraseUntil, t.ProofUntil})
		}
		return JSON(w, Document{"format": "dossier.tombstones/v1", "tombstones": rows})
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "There is no tombstone: nothing was erased.")
		return err
	}
	t := Table{Head: []string{"REQUEST", "STATE", "ERASED", "ERASED AGAIN UNTIL", "PROVEN UNTIL", "SYSTEMS"}}
	for _, x := range list {
		t.Add(x.Request, x.State, Day(x.ErasedOn), Day(x.ReeraseUntil), Day(x.ProofUntil), strings.Join(x.Systems, ", "))
	}
	return t.Print(w)
}
