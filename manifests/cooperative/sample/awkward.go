package sample

import "strings"

// Awkward is a text that breaks a program which joins where it should encode, with what it is a trap for.
type Awkward struct{ Trap, Text string }

// AwkwardTexts are the texts the sample sprinkles over names, titles and notes. Each stands in the title of one
// entry of [Persons.Awkward], in this order. All are valid UTF-8.
func AwkwardTexts() []Awkward {
	return []Awkward{
		{"Polish letters", "Zażółć gęślą jaźń, ZAŻÓŁĆ GĘŚLĄ JAŹŃ"},
		{"Polish letters in parts (NFD)", "Lo\u0301dz\u0301, z\u0307o\u0301l\u0301c\u0301"},
		{"quotes of every kind", `powiedział: "nie", 'tak', „może”, «czyżby», ` + "`skądże`"},
		{"doubled quotes", `""""`},
		{"separators of CSV", "a;b,c\td|e"},
		{"line ends", "pierwsza\r\ndruga\ntrzecia\rczwarta"},
		{"separators of Unicode", "linia\u2028akapit\u2029następna\u0085i jeszcze\u000bjedna\u000c."},
		{"SQL", `x'); DROP TABLE members;-- /* ; */`},
		{"LIKE", `100%_[a-z]\_`},
		{"placeholders of drivers", "? :imie @imie $1 $imie %s %d {0} {name} ${HOME}"},
		{"HTML", `<script>alert("x")</script><!-- --> &amp; &#x41; <b>`},
		{"template", "{{.Name}} {% raw %} [[x]] #{y}"},
		{"a formula in spreadsheets", `=HYPERLINK("http://zly.example";"kliknij")`},
		{"other formulas", "+48 600 000 000"},
		{"minus first", "-1+1|' /C x'!A0"},
		{"at first", "@SUM(A1:A9)"},
		{"backslashes", `C:\temp\nowy\"plik"\`},
		{"a path", "../../etc/passwd\u2215..%2f.."},
		{"JSON", `{"a":[1,null,"\u0000"]}`},
		{"emoji out of the BMP, joined", "👩‍👩‍👧‍👦 𝔷𝔩𝔢 𐍈"},
		{"right to left", "שלום مرحبا \u202etxet sdrawkcab\u202c koniec"},
		{"nothing to see", "a\u200bb\u200cc\u200dd\u2060e\ufeffg\u00adh"},
		{"a byte order mark first", "\ufeffpoczątek"},
		{"spaces outside", "  z odstępami \u00a0 "},
		{"control characters", "dzwonek\u0007 esc\u001b[31mczerwony\u001b[0m del\u007f"},
		{"the character for what cannot be read", "Wo\ufffdniak"},
		{"letters that fold badly", "İSTANBUL ıstanbul Straße STRASSE ſ ﬁ Σσς"},
		{"look-alikes", "Раweł (кириллица), Αnna"},
		{"leading zeros", "007"},
		{"looks like a number", "1e5"},
		{"looks like a date", "2005-12-31"},
		{"words for nothing", "NULL null nil undefined NaN None \\N"},
		{"words for true", "true"},
		{"only spaces", "   "},
		{"one dot", "."},
		{"very long", strings.Repeat("długi tytuł przelewu bez końca ", 400)},
		{"a very long word", strings.Repeat("ź", 3000)},
		{"combining marks in a heap", "Z̸̢̛̳̈́a̵͉͝l̶̰̏g̸̙̈́o̴͍͘"},
	}
}

// awkwardNames are names people do have.
var awkwardNames = []struct{ first, last string }{
	{"Zażółcona Gęślą", "Jaźń-Źdźbło"},
	{"Siobhán", "O'Connor-Święcka"},
	{"Jean-François", "d’Ærøskøbing"},
	{"Nguyễn Thị", "Ánh"},
	{"李", "小龍"},
	{"Олександра", "Їжакевич"},
	{"محمد", "عبد الله"},
	{"X Æ", "Null"},
	{"Łucja \"Lusia\"", "Święch; von Ł"},
	{"Anna", "True"},
}
