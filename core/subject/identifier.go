package subject

// Identifier is one name of a person, as the case system or a row states it.
type Identifier struct {
	Kind     string `json:"kind"` // of the map: pesel, member_no, email …
	Value    Secret `json:"value"`
	Verified bool   `json:"verified,omitempty"` // the case system established that it is this person's
}

// Kind is a way of naming a person.
type Kind struct {
	Name       string
	Unique     bool     // one value, one person; else households share it and it never decides alone
	Pattern    string   // anchored regular expression; "" any
	Country    string   // ISO 3166, for national formats (phone)
	Normaliser string   // "name/version" of the registry in this package
	NotAValue  []string // sentinels that name nobody ("brak@brak.pl")
}
