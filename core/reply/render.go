package reply

import (
	"encoding/json"
	"html/template"
	"io"
	"strings"
)

// JSON writes the letter as one value.
func (l *Letter) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(l)
}

var page = template.Must(template.New("letter").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="robots" content="noindex">
<title>{{.Title}} – {{.Request}}</title>
<style>
body { font: 1rem/1.5 Georgia, "Noto Serif", "Liberation Serif", serif; color: #1b1b1b; background: #fff; max-width: 44rem; margin: 0 auto; padding: 2rem 1.25rem; overflow-wrap: break-word; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 1.6rem 0; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { margin: 0 0 .7rem; }
.scroll { overflow-x: auto; margin-bottom: .8rem; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid #bbb; padding: .35rem .6rem .35rem 0; }
@media print { body { padding: 0; max-width: none; font-size: 11pt; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
</style>
</head>
<body>
<main>
{{range $i, $b := .Blocks}}{{if eq $i 1}}<h1>{{$.Title}}</h1>
{{end}}{{if .Heading}}<h2>{{.Heading}}</h2>
{{end}}{{range .Text}}<p>{{.}}</p>
{{end}}{{if .Items}}<ul>{{range .Items}}
<li>{{.}}</li>{{end}}
</ul>
{{end}}{{if .Rows}}<div class="scroll" role="region" tabindex="0" aria-label="{{if .Heading}}{{.Heading}}{{else}}{{$.Title}}{{end}}"><table>
<thead><tr>{{range .Head}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>{{range .Rows}}
<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>{{end}}
</tbody></table></div>
{{end}}{{end}}</main>
</body>
</html>
`))

// HTML writes the letter as a page that needs nothing beside itself.
func (l *Letter) HTML(w io.Writer) error { return page.Execute(w, l) }

// Markdown writes the letter as CommonMark with tables.
func (l *Letter) Markdown(w io.Writer) error {
	var b strings.Builder
	for i, x := range l.Blocks {
		if i == 1 {
			b.WriteString("# " + plain(l.Title) + "\n\n")
		}
		if x.Heading != "" {
			b.WriteString("## " + plain(x.Heading) + "\n\n")
		}
		for _, t := range x.Text {
			b.WriteString(plain(t) + "\n\n")
		}
		for n, t := range x.Items {
			b.WriteString("- " + plain(t) + "\n")
			if n == len(x.Items)-1 {
				b.WriteString("\n")
			}
		}
		if len(x.Rows) > 0 {
			row(&b, x.Head)
			b.WriteString(strings.Repeat("| --- ", len(x.Head)) + "|\n")
			for _, r := range x.Rows {
				row(&b, r)
			}
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

func row(b *strings.Builder, cells []string) {
	for _, c := range cells {
		b.WriteString("| " + plain(c) + " ")
	}
	b.WriteString("|\n")
}

// plain keeps a text from being read as markup, or as more than one line.
func plain(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " ")
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "[", `\[`).Replace(s)
}
