package datamap

import "github.com/dossier-dsr/dossier/core/subject"

// builtInKind is an identifier kind that needs no pattern in the map.
type builtInKind struct {
	kind     subject.Kind
	label    Label // nil: its category's
	category string
}

func (b builtInKind) labelOf(categories map[string]*Category) Label {
	if b.label != nil {
		return b.label
	}
	return labelOf(categories[b.category])
}

// builtInKinds are known by their formats. Patterns fit the normalised value. Those marked unique name one
// person each and are not given out again; the rest are shared by households or passed on.
var builtInKinds = map[string]builtInKind{
	"pesel": {
		subject.Kind{Unique: true, Pattern: `[0-9]{11}`, Normaliser: "pesel/1", NotAValue: []string{"00000000000"}},
		Label{"pl": "PESEL", "en": "National number (PESEL)"}, "identity.national_number"},
	"email": {
		subject.Kind{Normaliser: "email/1"},
		nil, "contact.email"},
	"phone": {
		subject.Kind{Normaliser: "phone/1"},
		nil, "contact.phone"},
	"nip": {
		subject.Kind{Unique: true, Pattern: `[0-9]{10}`, Normaliser: "nip/1", NotAValue: []string{"0000000000"}},
		Label{"pl": "NIP", "en": "Tax number (NIP)"}, "identity.tax_number"},
	"regon": {
		subject.Kind{Unique: true, Pattern: `[0-9]{9}([0-9]{5})?`, Normaliser: "regon/1", NotAValue: []string{"000000000"}},
		Label{"pl": "REGON", "en": "Business number (REGON)"}, "identifier.business"},
	"id_card": {
		subject.Kind{Unique: true, Normaliser: "fold/1"},
		nil, "identity.id_card"},
	"passport": {
		subject.Kind{Unique: true, Normaliser: "fold/1"},
		nil, "identity.passport"},
	"driving_licence": {
		subject.Kind{Unique: true, Normaliser: "fold/1"},
		nil, "identity.driving_licence"},
	"iban": {
		subject.Kind{Normaliser: "iban/1"},
		nil, "finance.iban"},
	"plate": {
		subject.Kind{Normaliser: "fold/1"},
		Label{"pl": "Numer rejestracyjny pojazdu", "en": "Registration plate"}, "vehicle.plate"},
	"username": {
		subject.Kind{Normaliser: "fold/1"},
		nil, "account.username"},
	"ip_address": {
		subject.Kind{Normaliser: "text/1"},
		nil, "device.ip_address"},
	"edelivery": {
		subject.Kind{Unique: true, Pattern: `ae:[a-z]{2}-[0-9]{5}-[0-9]{5}-[a-z]{5}-[0-9]{2}`, Normaliser: "fold/1"},
		nil, "contact.edelivery"},
}

// BuiltInKinds are the identifier kinds that ship with the program, by name.
func BuiltInKinds() []Identifier {
	categories := BuiltInCategories()
	var out []Identifier
	for _, name := range keys(builtInKinds) {
		b := builtInKinds[name]
		id := Identifier{Kind: b.kind, Label: b.labelOf(categories), Category: categories[b.category]}
		id.Name = name
		out = append(out, id)
	}
	return out
}
