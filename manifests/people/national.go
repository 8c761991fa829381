// Package people makes up people for samples: names, national numbers, telephones, accounts, all well-formed and nobody's.
package people

import (
	"fmt"
	"time"
)

// PESEL writes the Polish national number: birth date with the century in the month, a serial of four digits whose
// last tells the sex (odd: male), a check digit.
func PESEL(born time.Time, serial int) string {
	y, m, d := born.Date()
	month := int(m) + map[int]int{18: 80, 19: 0, 20: 20, 21: 40, 22: 60}[y/100]
	body := fmt.Sprintf("%02d%02d%02d%04d", y%100, month, d, serial%10000)
	return body + string(rune('0'+peselCheck(body)))
}

func peselCheck(body string) int {
	sum := 0
	for i, w := range []int{1, 3, 7, 9, 1, 3, 7, 9, 1, 3} {
		sum += w * int(body[i]-'0')
	}
	return (10 - sum%10) % 10
}

// IBAN writes a Polish account number for the n-th account, with its check digits (ISO 13616).
func IBAN(n int64) string {
	bban := fmt.Sprintf("10500099%016d", 7_001_000_000_000+n)
	rest := 0
	for _, r := range bban + "252100" { // P=25, L=21, then 00
		rest = (rest*10 + int(r-'0')) % 97
	}
	return fmt.Sprintf("PL%02d%s", 98-rest, bban)
}

// Phone writes the n-th mobile number, each time as somebody else would have typed it.
func Phone(n int) string {
	a, b, c := 500+n/1_000_000%300, n/1000%1000, n%1000
	switch n % 7 {
	case 3:
		return fmt.Sprintf("%d %03d %03d", a, b, c)
	case 5:
		return fmt.Sprintf("0048 %d-%03d-%03d", a, b, c)
	}
	return fmt.Sprintf("+48%d%03d%03d", a, b, c)
}
