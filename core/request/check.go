package request

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"golang.org/x/text/language"
)

var (
	idPattern   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	kindPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	eleven      = regexp.MustCompile(`[0-9]{11}`)
)

// The closed lists of a request.
var (
	Channels      = []string{"office", "post", "email", "edelivery", "form", "self_service"}
	Capacities    = []string{"self", "parent", "guardian", "proxy", "heir", "next_of_kin"}
	Methods       = []string{"document_seen", "two_answers", "trusted_profile", "qualified_signature", "account", "known_in_person"}
	ReplyChannels = []string{"email", "edelivery", "post", "collection", "office", "self_service"}
	Exceptions    = []string{"art17_3_a", "art17_3_b", "art17_3_c", "art17_3_d", "art17_3_e"}
)

// Grounds lists the grounds a right may rest on; a right that is not in it needs none.
var Grounds = map[Right][]string{
	Erasure:     {"art17_1_a", "art17_1_b", "art17_1_c", "art17_1_d", "art17_1_e", "art17_1_f"},
	Restriction: {"art18_1_a", "art18_1_b", "art18_1_c", "art18_1_d"},
	Objection:   {"art21_1", "art21_2"},
}

// check says what is wrong with a request whatever the map says.
func (r *Request) check() Problems {
	var ps Problems
	r.checkID(&ps)
	if r.Right == "" {
		ps.add("/right", "is missing", "one of "+join(Rights))
	} else if !slices.Contains(Rights, r.Right) {
		ps.add("/right", "is no right", near(string(r.Right), texts(Rights)))
	}
	r.checkSubject(&ps)
	r.checkRequester(&ps)
	if r.ReceivedAt.IsZero() {
		ps.add("/received_at", "is missing", "when the request arrived, like 2026-11-02T09:30:00+01:00; every date is counted from it")
	}
	if r.Asked != nil {
		oneOf(&ps, "/asked/channel", r.Asked.Channel, Channels, true)
	}
	if r.Identity != nil {
		oneOf(&ps, "/identity/method", r.Identity.Method, Methods, r.Identity.VerifiedAt != nil)
		if r.Identity.VerifiedAt == nil && r.Identity.Method != "" {
			ps.add("/identity/verified_at", "is missing", "when identity was established; leave identity out while it is not")
		}
	}
	r.checkGround(&ps)
	r.checkScope(&ps)
	r.checkKeep(&ps)
	r.checkCorrections(&ps)
	r.checkRestriction(&ps)
	r.checkTransfer(&ps)
	if i := r.Instruction; i != nil {
		required(&ps, "/instruction/controller", i.Controller)
		required(&ps, "/instruction/reference", i.Reference)
		if i.At == nil {
			ps.add("/instruction/at", "is missing", "when the controller gave it (art. 28(3))")
		}
	}
	if r.Reply != nil {
		oneOf(&ps, "/reply/channel", r.Reply.Channel, ReplyChannels, false)
		if _, err := language.Parse(r.Reply.Language); r.Reply.Language != "" && err != nil {
			ps.add("/reply/language", "is no language", "like pl or en")
		}
	}
	if r.Callback != "" {
		web(&ps, "/callback", r.Callback)
	}
	return ps
}

func (r *Request) checkID(ps *Problems) {
	switch {
	case r.ID == "":
		ps.add("/id", "is missing", "the case system's own number, like 2026-000123")
	case strings.Contains(r.ID, "@"):
		ps.add("/id", "holds an @", "a number must not tell who the person is: it stands in logs")
	case !idPattern.MatchString(r.ID):
		ps.add("/id", "may hold 1 to 64 of A-Z a-z 0-9 . _ -", "")
	case eleven.MatchString(r.ID):
		ps.add("/id", "holds 11 digits in a row, like a PESEL", "a number must not tell who the person is: it stands in logs")
	case r.idNames():
		ps.add("/id", "holds an identifier of the person", "a number must not tell who the person is: it stands in logs")
	}
}

// idNames says whether the id holds one of the subject's identifiers. Separators and case do not hide one; of what is shorter than five
// characters only the whole id counts, for chance would find it in any serial number.
func (r *Request) idNames() bool {
	id := alphanumeric(r.ID)
	for _, i := range r.Subject.Identifiers {
		v := alphanumeric(i.Value.Reveal())
		if v != "" && v == id || len(v) >= 5 && strings.Contains(id, v) {
			return true
		}
	}
	return false
}

func alphanumeric(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127 {
			return r
		}
		return -1
	}, strings.ToLower(s))
}

func (r *Request) checkSubject(ps *Problems) {
	seen := map[[2]string]bool{}
	for n, i := range r.Subject.Identifiers {
		at := "/subject/identifiers/" + strconv.Itoa(n)
		if i.Kind == "" {
			ps.add(at+"/kind", "is missing", "a kind of the data map, like pesel or email")
		} else if !kindPattern.MatchString(i.Kind) {
			ps.add(at+"/kind", "is no name of a kind", "a kind of the data map, like pesel or email")
		}
		switch v := i.Value.Reveal(); {
		case strings.TrimSpace(v) == "":
			ps.add(at+"/value", "is empty", "leave the identifier out where it is not known")
		case len(v) > 512:
			ps.add(at+"/value", "has over 512 bytes", "")
		case seen[[2]string{i.Kind, v}]:
			ps.add(at, "stands twice", "")
		default:
			seen[[2]string{i.Kind, v}] = true
		}
	}
}

func (r *Request) checkRequester(ps *Problems) {
	q := r.Requester
	if q == nil {
		return
	}
	oneOf(ps, "/requester/capacity", q.Capacity, Capacities, true)
	if q.Capacity == "self" && q.Authority != nil {
		ps.add("/requester/authority", "nobody needs authority to act for oneself", "leave it out, or name another capacity")
	}
	if q.Authority == nil {
		return
	}
	required(ps, "/requester/authority/document", q.Authority.Document)
	for i, c := range q.Authority.Covers {
		if !slices.Contains(Rights, c) {
			ps.add("/requester/authority/covers/"+strconv.Itoa(i), "is no right", near(string(c), texts(Rights)))
		}
	}
	if len(q.Authority.Covers) > 0 && slices.Contains(Rights, r.Right) && !slices.Contains(q.Authority.Covers, r.Right) {
		ps.add("/right", "is not covered by the requester's authority", "it covers "+join(known(q.Authority.Covers)))
	}
}

func (r *Request) checkGround(ps *Problems) {
	if r.Ground == "" {
		return // a missing one waits
	}
	gs, ok := Grounds[r.Right]
	if !ok && slices.Contains(Rights, r.Right) {
		ps.add("/ground", string(r.Right)+" rests on no ground", "leave it out")
	} else if ok {
		oneOf(ps, "/ground", r.Ground, gs, false)
	}
}

func (r *Request) checkScope(ps *Problems) {
	if r.Scope == nil {
		return
	}
	lists := map[string][]string{"systems": r.Scope.Systems, "purposes": r.Scope.Purposes, "categories": r.Scope.Categories}
	for _, name := range []string{"systems", "purposes", "categories"} {
		for i, x := range lists[name] {
			required(ps, "/scope/"+name+"/"+strconv.Itoa(i), x)
		}
	}
	if r.Scope.All && !r.Scope.none() {
		ps.add("/scope/all", "everything, and something beside it", "either all, or the lists")
	}
}

func (s *Scope) none() bool { return len(s.Systems)+len(s.Purposes)+len(s.Categories) == 0 }

func (r *Request) checkKeep(ps *Problems) {
	if len(r.Keep) > 0 && !r.Right.Destroys() {
		ps.add("/keep", "only what erases can make exceptions", "leave it out")
	}
	for i, k := range r.Keep {
		at := "/keep/" + strconv.Itoa(i)
		required(ps, at+"/purpose", k.Purpose)
		oneOf(ps, at+"/ground", k.Ground, Exceptions, true)
		if _, err := time.Parse(time.DateOnly, k.Until); err != nil {
			ps.add(at+"/until", "is no date", "the last day of keeping, like 2028-06-30")
		}
	}
}

func (r *Request) checkCorrections(ps *Problems) {
	if r.Right != Rectification {
		if len(r.Corrections) > 0 {
			ps.add("/corrections", "belongs to a rectification", "leave it out")
		}
		if r.Statement != nil {
			ps.add("/statement", "belongs to a rectification", "leave it out")
		}
		return
	}
	seen := map[[2]string]bool{}
	for i, c := range r.Corrections {
		at := "/corrections/" + strconv.Itoa(i)
		required(ps, at+"/category", c.Category)
		if c.To.Empty() {
			ps.add(at+"/to", "is missing", "the right value; what shall go altogether is an erasure")
		} else if c.From == c.To {
			ps.add(at+"/to", "is what stands there already", "")
		}
		if slices.ContainsFunc(r.Corrections, func(x Correction) bool { return x != c && x.Category == c.Category && x.From == c.To }) {
			ps.add(at+"/to", "is the old value of another correction", "send one after the other, so that it is clear which comes first")
		}
		if k := [2]string{c.Category, c.From.Reveal()}; seen[k] {
			ps.add(at, "corrects the same value twice", "")
		} else {
			seen[k] = true
		}
	}
	if r.Statement != nil {
		required(ps, "/statement/category", r.Statement.Category)
		required(ps, "/statement/text", r.Statement.Text.Reveal())
	}
}

func (r *Request) checkRestriction(ps *Problems) {
	t := r.Restriction
	if r.Right == Lift {
		switch {
		case t == nil || t.Of == "":
			ps.add("/restriction/of", "is missing", "the id of the restriction that is lifted")
		case t.Of == r.ID:
			ps.add("/restriction/of", "names this request itself", "the id of the restriction that is lifted")
		}
	}
	if t == nil {
		return
	}
	if r.Right != Lift && r.Right != Restriction && !r.Right.Destroys() && slices.Contains(Rights, r.Right) {
		ps.add("/restriction", "belongs to a restriction or a lift, or to an erasure that gives one up", "leave it out")
		return
	}
	if t.Of != "" && !idPattern.MatchString(t.Of) {
		ps.add("/restriction/of", "is no id of a request", "")
	}
	if r.Right == Restriction && t.Of != "" {
		ps.add("/restriction/of", "belongs to a lift, or to an erasure that gives the restriction up", "leave it out")
	}
	if r.Right != Lift && t.NoticeSentAt != nil {
		ps.add("/restriction/notice_sent_at", "belongs to a lift", "leave it out")
	}
	if r.Right != Restriction && t.ReviewBy != nil {
		ps.add("/restriction/review_by", "belongs to a restriction", "leave it out")
	}
}

func (r *Request) checkTransfer(ps *Problems) {
	t := r.Transfer
	if t == nil {
		return
	}
	if r.Right != Portability && slices.Contains(Rights, r.Right) {
		ps.add("/transfer", "belongs to portability", "leave it out")
		return
	}
	if required(ps, "/transfer/to", t.To) {
		web(ps, "/transfer/to", t.To)
	}
	if _, err := age.ParseX25519Recipient(t.RecipientKey); err != nil {
		ps.add("/transfer/recipient_key", "is no age recipient", "the other controller's public key, age1…; the package is sealed for it")
	}
}

func required(ps *Problems, at, v string) bool {
	if strings.TrimSpace(v) == "" {
		ps.add(at, "is missing", "")
		return false
	}
	return true
}

func oneOf(ps *Problems, at, v string, list []string, must bool) {
	switch {
	case v == "" && !must:
	case v == "":
		ps.add(at, "is missing", "one of "+strings.Join(list, ", "))
	case !slices.Contains(list, v):
		ps.add(at, "is none of the values it may have", near(v, list))
	}
}

// web wants an https address without credentials; http only to this machine.
func web(ps *Problems, at, v string) {
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Host == "":
		ps.add(at, "is no address", "like https://case.example/hooks/dossier")
	case u.User != nil:
		ps.add(at, "holds credentials", "they are registered apart, never in a request")
	case u.Scheme == "https":
	case u.Scheme == "http" && slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname()):
	default:
		ps.add(at, "is not https", "personal data travels encrypted")
	}
}

// known leaves out what is no right: a hint repeats nothing that was sent.
func known(rs []Right) []Right {
	return slices.DeleteFunc(slices.Clone(rs), func(r Right) bool { return !slices.Contains(Rights, r) })
}

func texts(rs []Right) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = string(r)
	}
	return out
}

func join(rs []Right) string { return strings.Join(texts(rs), ", ") }
