package jobs

import "strings"

// Note is the comment every statement of a step begins with, so that whoever runs the server sees in its log and among its sessions whose
// work one is: of the name of the step, "2026-000123/register", the part before the system. "" for a name with anything but letters,
// digits and ._-
func Note(lock string) string {
	if request := Request(lock); request != "" {
		return "/* dossier " + request + " */ "
	}
	return ""
}

// Request is the request's number, or the batch's name, in the name of a step; "" where Note is.
func Request(lock string) string {
	request, _, _ := strings.Cut(lock, "/")
	odd := func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", r)
	}
	if strings.ContainsFunc(request, odd) {
		return ""
	}
	return request
}
