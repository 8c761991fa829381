package sample

import (
	"bytes"
	"fmt"
	"strings"
)

// polishGlyphs are the letters PDF's WinAnsiEncoding lacks, at codes it leaves to others, with their glyph names.
var polishGlyphs = []struct {
	letter rune
	code   byte
	glyph  string
}{
	{'Ą', 129, "Aogonek"}, {'ą', 130, "aogonek"}, {'Ć', 131, "Cacute"}, {'ć', 132, "cacute"}, {'Ę', 133, "Eogonek"}, {'ę', 134, "eogonek"},
	{'Ł', 135, "Lslash"}, {'ł', 136, "lslash"}, {'Ń', 137, "Nacute"}, {'ń', 138, "nacute"}, {'Ś', 139, "Sacute"}, {'ś', 140, "sacute"},
	{'Ź', 141, "Zacute"}, {'ź', 142, "zacute"}, {'Ż', 143, "Zdotaccent"}, {'ż', 144, "zdotaccent"}, {'„', 145, "quotedblbase"},
	{'”', 146, "quotedblright"}, {'–', 147, "endash"},
}

var pdfCodes = func() map[rune]byte {
	m := map[rune]byte{}
	for _, g := range polishGlyphs {
		m[g.letter] = g.code
	}
	return m
}()

var pdfDifferences = func() string {
	var b strings.Builder
	for _, g := range polishGlyphs {
		fmt.Fprintf(&b, " %d /%s", g.code, g.glyph)
	}
	return b.String()
}()

// writePDF is a PDF 1.4 document of one page with the lines on it, in Helvetica.
func writePDF(lines []string) []byte {
	var page bytes.Buffer
	page.WriteString("BT /F1 11 Tf 14 TL 72 770 Td\n")
	for _, line := range lines {
		page.WriteString("(")
		writePDFText(&page, line)
		page.WriteString(") Tj T*\n")
	}
	page.WriteString("ET")

	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", page.Len(), page.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [" + pdfDifferences + "] >> >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return out.Bytes()
}

// writePDFText writes a text as the inside of a PDF literal string in the encoding above; what it lacks is "?".
func writePDFText(out *bytes.Buffer, s string) {
	for _, r := range s {
		code, polish := pdfCodes[r]
		switch {
		case polish:
			out.WriteByte(code)
		case r == '(' || r == ')' || r == '\\':
			out.WriteByte('\\')
			out.WriteByte(byte(r))
		case r >= 0x20 && r < 0x7f, r >= 0xa0 && r <= 0xff: // WinAnsi and Unicode agree here
			out.WriteByte(byte(r))
		default:
			out.WriteByte('?')
		}
	}
}
