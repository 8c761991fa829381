package mysql

import (
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// least is the least a column that may not be NULL can hold.
func least(c relational.Column, unique bool, number string) string {
	own := typeOf(c)
	plain := own.kind == text && own.name != "enum" && own.name != "set" && !own.json
	switch {
	case plain && unique:
		return "CONCAT('restricted ', " + number + ")"
	case numeric(own.kind) && own.kind != bits && !own.unsigned && unique:
		return "-" + number
	case unique:
		return ""
	case own.name == "enum":
		return literal(own.label)
	case own.json, own.kind == nested:
		return "'null'"
	case own.kind == text, own.kind == raw:
		return "''"
	case numeric(own.kind):
		return "0"
	case dates(own.kind):
		return "'0000-00-00'" // which nobody takes for known
	case own.kind == clock:
		return "'00:00:00'"
	case own.kind == uuid:
		return "'00000000-0000-0000-0000-000000000000'"
	case own.kind == inet4:
		return "'0.0.0.0'"
	case own.kind == inet6:
		return "'::'"
	}
	return ""
}
