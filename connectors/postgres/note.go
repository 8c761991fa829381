package postgres

import "strings"

// note is the comment every statement of a step begins with, so that whoever runs the server sees in its log and among its sessions whose
// work one is: of the name of the step, "2026-000123/register", the part before the system. Nothing on the way keeps statements by their
// text: they are sent unnamed, and the server's own statistics leave comments out. "" for a name with anything but letters, digits and ._-
func note(lock string) string {
	request, _, _ := strings.Cut(lock, "/")
	odd := func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", r)
	}
	if request == "" || strings.ContainsFunc(request, odd) {
		return ""
	}
	return "/* dossier " + request + " */ "
}
