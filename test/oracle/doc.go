// Package oracle holds the planner against a second, plain account of the same rules. Random small maps are
// written as YAML and read by the loader; random rows are laid out in real stores; what the plan says, and what
// the stores hold after it was carried out, must be what loops over the rows, one by one, come to.
//
// The oracle shares no code with the planner: it reads its own description of the map, compares values itself
// and counts periods itself. A case that fails prints the map, the rows with what should become of each, and
// the first row that differs. On database servers the rows stand in tables with types, foreign keys and unique columns of their own.
package oracle
