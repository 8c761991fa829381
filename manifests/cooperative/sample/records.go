package sample

// value is what a column holds: nil, a text or a number.
type value = any

// household is people who belong together and all that is held about them: the unit a sample is made and written in.
type household struct {
	addresses     []address
	members       []*member
	leases        []*lease
	parties       []party
	vehicles      []vehicle
	subscriptions []subscription
	disclosures   []disclosure

	accounts []account
	entries  []*entry
	readings []reading
	arrears  []arrearsLetter
	balances []balance

	letters    []letter
	scans      []scan
	signatures []signature
}

type address struct {
	id           int64
	street, city string
}

type member struct {
	id                              int64
	memberNo, pesel, email, phone   value
	firstName, lastName             string
	bornOn, diedOn                  value
	joinedOn                        string
	leftOn, status                  value
	addressID                       value
	representativeID, recommendedBy value
	registeredBy                    value
	emergencyName, emergencyPhone   value
	disability, riskScore, scoredOn value
	notes, statement                value
	createdAt                       string
	searchTerms                     string
	account                         string // of the ledger, "" none
	leaseNos                        []string
}

type lease struct {
	no, flat  string
	startedOn value
	endedOn   value
	deedNo    value
	parties   int
}

type party struct {
	leaseNo  string
	memberID int64
	share    value
	leftOn   value
}

type vehicle struct {
	memberID int64
	plate    string
}

type subscription struct {
	email  value
	topics string
}

type disclosure struct {
	memberID  int64
	recipient string
	sentOn    value
}

type account struct {
	no       string
	memberNo value
	holder   string
	iban     value
}

// entryKey names an entry: a book and a number in it.
type entryKey struct {
	book string
	no   int64
}

type entry struct {
	entryKey
	account         string
	payer           value
	title           string
	cents           int64
	bookedOn, dueOn value
	status          value
	corrects        *entryKey
}

type reading struct {
	flat, meter string
	readOn      string
	litres      int64  // thousandths of a unit
	month       string // of the import it came in, 2006-01; "" typed in by hand
}

type arrearsLetter struct {
	account string
	sentOn  value
	body    string
}

type balance struct {
	account string
	cents   int64
}

type letter struct {
	memberNo, sentOn, no string
	lines                []string
}

type scan struct {
	leaseNo, page, ext string
}

type signature struct {
	petition    int
	email, name value
	comment     string
}
