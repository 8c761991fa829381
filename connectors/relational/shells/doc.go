// Package shells knows what is left of rows that are moved out of reach. A row nothing refers to is moved whole. Of one that others refer to
// a shell stays in its table: its keys, what the others refer by, and otherwise as little as its columns can hold. It writes SQL and runs none;
// stores of tables that restrict rows by moving them share it.
package shells
