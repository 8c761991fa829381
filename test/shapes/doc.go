// Package shapes takes schemas that are hard to erase from through a request's whole way, from the map's YAML to the last verification, on every
// kind of database, and compares every row in the end.
package shapes
