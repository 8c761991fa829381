package sample

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
)

// petitions collects signatures; a petition is written when all have signed.
type petitions struct{ signed map[int][]signatory }

// signatory is one element of a petition file. Its number is its place, from 1.
type signatory struct {
	No      int    `json:"no"`
	Email   value  `json:"email"`
	Name    value  `json:"name"`
	Comment string `json:"comment,omitempty"`
}

// petition is the file petitions/{petition_no}.json.
type petition struct {
	No          string      `json:"petition_no"`
	Subject     string      `json:"subject"`
	Signatories []signatory `json:"signatories"`
}

func (p *petitions) sign(s signature) {
	if p.signed == nil {
		p.signed = map[int][]signatory{}
	}
	p.signed[s.petition] = append(p.signed[s.petition], signatory{len(p.signed[s.petition]) + 1, s.email, s.name, s.comment})
}

func (p *petitions) writePetitions(dir string) error {
	subjects := []string{"Oświetlenie przy garażach", "Ławki w „parku” <przy Lipowej>", "Windy & podjazdy"}
	for n, signed := range p.signed {
		no := strconv.Itoa(n + 1)
		b, err := json.MarshalIndent(petition{no, subjects[n%len(subjects)], signed}, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, no+".json"), append(b, '\n'), 0o600); err != nil {
			return err
		}
	}
	return nil
}
