package sample

import (
	"fmt"
	"reflect"
)

// Person is a named member, with what a request needs to name them and a test to find them.
type Person struct {
	ID        int64    `json:"id,omitempty"` // register/members.id
	MemberNo  string   `json:"member_no,omitempty"`
	PESEL     string   `json:"pesel,omitempty"`
	Email     string   `json:"email,omitempty"`
	Phone     string   `json:"phone,omitempty"` // as it is stored
	FirstName string   `json:"first_name,omitempty"`
	LastName  string   `json:"last_name,omitempty"`
	BornOn    string   `json:"born_on,omitempty"`
	Account   string   `json:"account,omitempty"` // ledger/accounts.account_no
	Leases    []string `json:"leases,omitempty"`  // register/leases.lease_no
	About     string   `json:"about"`             // why they are here
}

// Persons are the members worth asking for, each for one difficulty. Their About says which.
type Persons struct {
	Demo       Person `json:"demo"`
	Spouse     Person `json:"spouse"`
	NextTenant Person `json:"next_tenant"`
	Stranger   Person `json:"stranger"`

	Husband        Person    `json:"husband"`
	Wife           Person    `json:"wife"`
	Namesakes      [2]Person `json:"namesakes"`
	SentinelHolder Person    `json:"sentinel_holder"`
	EmptyNumber    Person    `json:"empty_number"`
	NoNumber       Person    `json:"no_number"`
	NothingHeld    Person    `json:"nothing_held"`

	LeaseMates     [4]Person `json:"lease_mates"`
	Representative Person    `json:"representative"`
	Represented    Person    `json:"represented"`
	Minor          Person    `json:"minor"`
	Dead           Person    `json:"dead"`
	Widow          Person    `json:"widow"`

	SelfReference Person    `json:"self_reference"`
	Circle        [2]Person `json:"circle"`
	Corrections   Person    `json:"corrections"`
	Misbooked     Person    `json:"misbooked"`

	UnknownDates Person    `json:"unknown_dates"`
	UnknownLeft  [3]Person `json:"unknown_left"`
	YearEnd      Person    `json:"year_end"`
	LeapDay      Person    `json:"leap_day"`

	Awkward      Person     `json:"awkward"`
	AwkwardNames [10]Person `json:"awkward_names"`
	NullPaths    Person     `json:"null_paths"`
	Climber      Person     `json:"climber"`
	Prolific     Person     `json:"prolific"`
	Heavy        Person     `json:"heavy"`
}

// All gives every named person with the name of the field, numbered where there are several (LeaseMates[0] …).
func (p Persons) All(yield func(name string, who Person) bool) {
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if one, ok := v.Field(i).Interface().(Person); ok {
			if !yield(name, one) {
				return
			}
			continue
		}
		for j := range v.Field(i).Len() {
			if !yield(fmt.Sprintf("%s[%d]", name, j), v.Field(i).Index(j).Interface().(Person)) {
				return
			}
		}
	}
}

// person is what others may know of a member.
func (x *member) person(about string) Person {
	text := func(v value) string { s, _ := v.(string); return s }
	return Person{
		ID: x.id, MemberNo: text(x.memberNo), PESEL: text(x.pesel), Email: text(x.email), Phone: text(x.phone),
		FirstName: x.firstName, LastName: x.lastName, BornOn: text(x.bornOn), Account: x.account, Leases: x.leaseNos, About: about,
	}
}
