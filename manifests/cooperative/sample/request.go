package sample

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The shape of a request file, as far as the sample needs it.
type (
	requestFile struct {
		ID          string            `json:"id"`
		Right       string            `json:"right"`
		Subject     subjectPart       `json:"subject"`
		Requester   *requesterPart    `json:"requester,omitempty"`
		ReceivedAt  time.Time         `json:"received_at"`
		Asked       map[string]string `json:"asked"`
		Identity    identityPart      `json:"identity"`
		Ground      string            `json:"ground,omitempty"`
		Scope       *scopePart        `json:"scope,omitempty"`
		Keep        []keepPart        `json:"keep,omitempty"`
		Corrections []correctionPart  `json:"corrections,omitempty"`
		Statement   *statementPart    `json:"statement,omitempty"`
		Restriction *restrictionPart  `json:"restriction,omitempty"`
		Reply       replyPart         `json:"reply"`
	}
	subjectPart struct {
		Identifiers []identifierPart `json:"identifiers"`
	}
	identifierPart struct {
		Kind     string `json:"kind"`
		Value    string `json:"value"`
		Verified bool   `json:"verified"`
	}
	requesterPart struct {
		Capacity  string        `json:"capacity"`
		Authority authorityPart `json:"authority"`
		Name      string        `json:"name"`
	}
	authorityPart struct {
		Document string    `json:"document"`
		Covers   []string  `json:"covers"`
		SeenAt   time.Time `json:"seen_at"`
	}
	identityPart struct {
		VerifiedAt time.Time `json:"verified_at"`
		Method     string    `json:"method"`
	}
	scopePart struct {
		All      bool     `json:"all,omitempty"`
		Purposes []string `json:"purposes,omitempty"`
	}
	keepPart struct {
		Purpose string `json:"purpose"`
		Ground  string `json:"ground"`
		Until   string `json:"until"`
	}
	correctionPart struct {
		Category string `json:"category"`
		From     string `json:"from"`
		To       string `json:"to"`
	}
	statementPart struct {
		Category string `json:"category"`
		Text     string `json:"text"`
	}
	restrictionPart struct {
		Of           string     `json:"of,omitempty"`
		ReviewBy     *time.Time `json:"review_by,omitempty"`
		NoticeSentAt *time.Time `json:"notice_sent_at,omitempty"`
	}
	replyPart struct {
		Channel  string `json:"channel"`
		Address  string `json:"address,omitempty"`
		Language string `json:"language"`
	}
)

// WriteRequests writes requests about the named persons into dir, NAME.json each; dir is made where it is missing,
// files of those names are replaced. It gives their paths by name: access, portability, rectification, restriction, lift and
// erasure are about [Persons.Demo], the others are named for the person and the right (wife-erasure).
func (s *Sample) WriteRequests(dir string) (map[string]string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	requests := s.requests()
	paths := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(requests)) {
		b, err := json.MarshalIndent(requests[name], "", "  ")
		if err != nil {
			return nil, fmt.Errorf("write request %s: %w", name, err)
		}
		paths[name] = filepath.Join(dir, name+".json")
		if err := os.WriteFile(paths[name], append(b, '\n'), 0o600); err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// ask begins a request that came days before the sample's day and whose identity was seen the day after. The person is
// named by PESEL and, where the e-mail names anybody, by that.
func (s *Sample) ask(n int, right string, p Person, days int) requestFile {
	received := s.at(days, 9, 30)
	ids := []identifierPart{{"pesel", p.PESEL, true}}
	reply := replyPart{Channel: "post", Language: "pl"}
	if p.Email != "" && p.Email != SentinelEmail {
		ids = append(ids, identifierPart{"email", p.Email, true})
		reply = replyPart{Channel: "email", Address: p.Email, Language: "pl"}
	}
	return requestFile{
		ID: fmt.Sprintf("%d-%06d", s.AsOf.Year(), n), Right: right, Subject: subjectPart{ids}, ReceivedAt: received,
		Asked: map[string]string{"channel": "office"}, Identity: identityPart{s.at(days-1, 12, 0), "document_seen"}, Reply: reply,
	}
}

// at is a time of the day that lies days before the sample's.
func (s *Sample) at(days, hour, minute int) time.Time {
	y, m, d := s.AsOf.Date()
	return time.Date(y, m, d-days, hour, minute, 0, 0, Zone)
}

// WritePersons writes the named persons into one JSON file, for scripts that want to name them.
func (s *Sample) WritePersons(file string) error {
	b, err := json.MarshalIndent(s.Persons, "", "  ")
	if err != nil {
		return fmt.Errorf("write the named persons: %w", err)
	}
	return os.WriteFile(file, append(b, '\n'), 0o600)
}
