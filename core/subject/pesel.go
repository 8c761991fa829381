package subject

import "time"

// PESELValid says whether a PESEL has eleven digits, its check digit fits and its birth date exists.
func PESELValid(pesel string) bool {
	p, err := pesel1("", pesel)
	if err != nil {
		return false
	}
	sum := 0
	for i, w := range []int{1, 3, 7, 9, 1, 3, 7, 9, 1, 3} {
		sum += w * int(p[i]-'0')
	}
	if (10-sum%10)%10 != int(p[10]-'0') {
		return false
	}
	_, ok := PESELBorn(p)
	return ok
}

// PESELBorn is the date of birth a PESEL tells, at midnight UTC; only its date counts. The month carries the century:
// +80 for 1800-1899, +20 for 2000-2099, +40 and +60 for the two after.
func PESELBorn(pesel string) (time.Time, bool) {
	p, err := pesel1("", pesel)
	if err != nil {
		return time.Time{}, false
	}
	two := func(i int) int { return int(p[i]-'0')*10 + int(p[i+1]-'0') }
	year, month, day := two(0), two(2), two(4)
	year += []int{1900, 2000, 2100, 2200, 1800}[month/20]
	month %= 20
	born := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return born, month >= 1 && month <= 12 && born.Day() == day
}

// Minor says whether the PESEL is that of a person under 18 on the day of asOf (in asOf's zone); known is false where it tells
// no date. Majority begins with the first hour of the 18th birthday; who was born on 29 February comes of age on 28 February (Kodeks cywilny, art. 112).
func Minor(pesel string, asOf time.Time) (minor, known bool) {
	born, ok := PESELBorn(pesel)
	if !ok {
		return false, false
	}
	y, m, d := asOf.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	day := born.Day()
	if born.Month() == time.February && day == 29 {
		day = 28 // 18 years after a leap year is none
	}
	return today.Before(time.Date(born.Year()+18, born.Month(), day, 0, 0, 0, 0, time.UTC)), true
}
