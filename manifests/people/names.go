package people

import "strings"

// WomensNames are first names.
var WomensNames = strings.Fields(`Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Joanna
	Zofia Teresa Magdalena Monika Jadwiga Danuta Irena Halina Helena Beata Aleksandra Dorota Marianna Grażyna
	Bożena Stanisława Żaneta Łucja Genowefa Wiesława Urszula Świętosława Róża Józefa Celina Jolanta`)

// MensNames are first names.
var MensNames = strings.Fields(`Jan Stanisław Andrzej Józef Tadeusz Jerzy Zbigniew Krzysztof Henryk Ryszard
	Kazimierz Marek Marian Piotr Janusz Władysław Adam Wiesław Zdzisław Edward Mieczysław Roman Mirosław Grzegorz
	Czesław Dariusz Wojciech Jacek Eugeniusz Tomasz Łukasz Paweł Michał Bożydar Świętopełk Rafał`)

// Surnames by the form a man bears; those in -ski, -cki, -dzki end in -a for a woman.
var Surnames = strings.Fields(`Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański
	Woźniak Dąbrowski Kozłowski Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski
	Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski Stępień Malinowski
	Jaworski Adamczyk Dudek Nowicki Pawlak Górski Witkowski Walczak Sikora Baran Rutkowski Michalak Szewczyk
	Ostrowski Tomaszewski Pietrzak Zalewski Wróblewski Marciniak Jasiński Zawadzki Bąk Sadowski Jakubowski Duda
	Włodarczyk Wilk Chmielewski Borkowski Sokołowski Szczepański Sawicki Kucharski Lis Maciejewski Kubiak Kalinowski
	Mazurek Wysocki Kołodziej Kaźmierczak Czarnecki Konieczny Urban Głowacki Sikorski Zakrzewski Wasilewski Krajewski
	Gęś Żak Źrebiec Brzęczyszczykiewicz Szczęśniak Świątek Ćwik Łoś Śliwa Pączek`)

// Streets are names of streets, without "ul.".
var Streets = strings.Split("Lipowa|Klonowa|Brzozowa|Świerkowa|Jesionowa|Akacjowa|Źródlana|Żeromskiego|Księdza Ściegiennego|3 Maja|Wąska|gen. Sowińskiego", "|")

// SurnameOf gives the form of a surname a person bears.
func SurnameOf(surname string, woman bool) string {
	if woman && (strings.HasSuffix(surname, "ski") || strings.HasSuffix(surname, "cki") || strings.HasSuffix(surname, "dzki")) {
		return surname[:len(surname)-1] + "a"
	}
	return surname
}

var plain = strings.NewReplacer("ą", "a", "ć", "c", "ę", "e", "ł", "l", "ń", "n", "ó", "o", "ś", "s", "ź", "z", "ż", "z",
	" ", "", "-", "", "'", "", "’", "", ";", "", "\"", "")

// ASCII is a name as it stands in an e-mail address and in a search index.
func ASCII(name string) string { return plain.Replace(strings.ToLower(name)) }
