//go:build !failpoints

package engine

// failpoint marks an instant at which the process may die. Here it is nothing; crash tests build with the tag failpoints.
func failpoint(string) {}
