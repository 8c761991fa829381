package rowfile

// maxNested is how deep the values of a row may nest, as in package encoding/json.
const maxNested = 10_000

// jsonEnd gives the end of the value that stands at i, which is checked as [encoding/json.Valid] does; 0 where none stands there.
func jsonEnd(raw []byte, i, depth int) int {
	if i >= len(raw) {
		return 0
	}
	switch raw[i] {
	case '"':
		return textEnd(raw, i)
	case '{', '[':
		if depth >= maxNested {
			return 0
		}
		return listEnd(raw, i, depth+1, nil)
	case 't':
		return wordEnd(raw, i, "true")
	case 'f':
		return wordEnd(raw, i, "false")
	case 'n':
		return wordEnd(raw, i, "null")
	}
	return numberEnd(raw, i)
}

// listEnd is jsonEnd of an object or array; see is told where each member of an object stands, and may be nil.
func listEnd(raw []byte, i, depth int, see func(member)) int {
	object := raw[i] == '{'
	shut := raw[i] + 2 // ']' and '}' stand so behind '[' and '{'
	if i = skipSpace(raw, i+1); i < len(raw) && raw[i] == shut {
		return i + 1
	}
	for {
		var m member
		if object {
			if m.name = i; i >= len(raw) || raw[i] != '"' {
				return 0
			}
			if i = textEnd(raw, i); i == 0 {
				return 0
			}
			m.named = i
			if i = skipSpace(raw, i); i >= len(raw) || raw[i] != ':' {
				return 0
			}
			i = skipSpace(raw, i+1)
		}
		m.start = i
		if i = jsonEnd(raw, i, depth); i == 0 {
			return 0
		}
		m.end = i
		if see != nil {
			see(m)
		}
		if i = skipSpace(raw, i); i >= len(raw) {
			return 0
		}
		switch raw[i] {
		case shut:
			return i + 1
		case ',':
			i = skipSpace(raw, i+1)
		default:
			return 0
		}
	}
}

// textEnd is jsonEnd of a text.
func textEnd(raw []byte, i int) int {
	for i++; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			return i + 1
		case c < ' ':
			return 0
		case c == '\\':
			if i++; i >= len(raw) {
				return 0
			}
			switch raw[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for range 4 {
					if i++; i >= len(raw) || !isHex(raw[i]) {
						return 0
					}
				}
			default:
				return 0
			}
		}
	}
	return 0
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func wordEnd(raw []byte, i int, word string) int {
	if len(raw)-i < len(word) || string(raw[i:i+len(word)]) != word {
		return 0
	}
	return i + len(word)
}

// numberEnd is jsonEnd of a number.
func numberEnd(raw []byte, i int) int {
	if raw[i] == '-' {
		i++
	}
	whole := digitsEnd(raw, i)
	if whole == i || raw[i] == '0' && whole > i+1 {
		return 0
	}
	if i = whole; i < len(raw) && raw[i] == '.' {
		end := digitsEnd(raw, i+1)
		if end == i+1 {
			return 0
		}
		i = end
	}
	if i < len(raw) && (raw[i] == 'e' || raw[i] == 'E') {
		if i++; i < len(raw) && (raw[i] == '+' || raw[i] == '-') {
			i++
		}
		end := digitsEnd(raw, i)
		if end == i {
			return 0
		}
		i = end
	}
	return i
}

func digitsEnd(raw []byte, i int) int {
	for i < len(raw) && raw[i] >= '0' && raw[i] <= '9' {
		i++
	}
	return i
}
