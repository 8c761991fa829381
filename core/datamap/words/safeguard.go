package words

import (
	"slices"
	"strings"
)

var grounds = []string{"adequacy", "scc", "bcr", "code", "certification", "ad_hoc", "derogation"}

// VoidGround says whether a text rests a transfer on the Privacy Shield, void since the Court's judgment C-311/18.
func VoidGround(s string) bool {
	s = strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(s))
	return strings.Contains(s, "privacyshield") || strings.Contains(s, "tarczaprywatności") || strings.Contains(s, "tarczyprywatności") || strings.Contains(s, "safeharbo")
}

func checkSafeguard(s string) (string, string) {
	hint := "adequacy (art. 45), scc, bcr, code, certification, ad_hoc (46), derogation (49)"
	switch {
	case slices.Contains(grounds, s):
		return "", ""
	case VoidGround(s):
		return "the Privacy Shield is void since 2020 (C-311/18), so nothing may rest on it", hint
	}
	return "no safeguard " + s, hint
}
