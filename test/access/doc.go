// Package access tries a subject's package end to end: the real binary, its connectors as processes, a laid-out
// cooperative, and what the databases and files say of the person, asked independently.
package access
