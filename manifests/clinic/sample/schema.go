package sample

import _ "embed"

// The schemas of the two databases, several statements each, separated by semicolons.
var (
	//go:embed records.sql
	RecordsSQL string
	//go:embed billing.sql
	BillingSQL string
)

// Doctors are the names of the clinic's own, by number from 1.
var Doctors = []string{"lek. Anna Zębowska", "lek. Piotr Korzeniowski", "lek. Maria Szczękowska", "lek. Jan Plomba", "lek. Ewa Mostowska"}
