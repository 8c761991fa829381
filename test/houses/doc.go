// Package houses gives tests the same tables in databases of several kinds. A test says in no database's own words what stands there; a
// [House] lays it out in one round trip, reads it back as an application would, and names the connector that works on it. What a kind of
// database says otherwise is its words: one small file each.
package houses
