package mongodb

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// indexIn is where an element stands in an array of the document, by its bytes; -1 where it does not.
func indexIn(doc bson.Raw, path string, v bson.RawValue) (int, error) {
	list, err := lookup(doc, strings.Split(path, "."))
	if err != nil || list.Type != bson.TypeArray {
		return -1, err
	}
	vs, err := members(list)
	if err != nil {
		return -1, err
	}
	for i, m := range vs {
		if identical(m, v) {
			return i, nil
		}
	}
	return -1, nil
}
