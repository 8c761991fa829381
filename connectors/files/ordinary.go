package files

import (
	"os/user"
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
)

// account is one that applications use.
type account struct {
	uid, gid int
	groups   []int
}

// ordinaryAccount reads the setting ordinary_user; nil where none is named.
func ordinaryAccount(name string) (*account, error) {
	if name == "" {
		return nil, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		u, err = user.LookupId(name)
	}
	if err != nil {
		return nil, noAccount("this system knows no account of the name ordinary_user names")
	}
	a := &account{}
	a.uid, err = strconv.Atoi(u.Uid)
	if err == nil {
		a.gid, err = strconv.Atoi(u.Gid)
	}
	if err != nil {
		return nil, noAccount("the account ordinary_user names has no number")
	}
	ids, err := u.GroupIds()
	if err != nil {
		return nil, noAccount("the groups of the account ordinary_user names cannot be read")
	}
	for _, id := range ids {
		if n, err := strconv.Atoi(id); err == nil {
			a.groups = append(a.groups, n)
		}
	}
	return a, nil
}

func noAccount(what string) error {
	return connectors.Diagnostics{{Severity: connectors.Error, Summary: what, Path: "config.ordinary_user",
		Detail: "name the account applications open the files with"}}
}
