// Package product gives tests the real thing: the program and its connectors, built once, run as processes of their own with
// a state, key rings and stores in a folder of the test's. Nothing a process started outlives [House.Run] unnoticed.
package product
