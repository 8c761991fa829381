package mysql

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
	"github.com/dossier-dsr/dossier/test/servers"
	"github.com/dossier-dsr/dossier/test/tables"
)

// authority makes an authority's certificate, and a server's certificate and key that it signs, as files anybody may read.
func authority(t *testing.T) (ca, cert, key string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "ca")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	of := func(n int64, name string) *x509.Certificate {
		return &x509.Certificate{SerialNumber: big.NewInt(n), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	}
	own, of1 := of(1, "authority"), of(2, "server")
	own.IsCA, own.BasicConstraintsValid, own.KeyUsage = true, true, x509.KeyUsageCertSign
	of1.IPAddresses, of1.ExtKeyUsage = []net.IP{net.IPv4(127, 0, 0, 1)}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	signer, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	private, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	a, err1 := x509.CreateCertificate(rand.Reader, own, own, &signer.PublicKey, signer)
	b, err2 := x509.CreateCertificate(rand.Reader, of1, own, &private.PublicKey, signer)
	k, err3 := x509.MarshalPKCS8PrivateKey(private)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return write("ca.pem", "CERTIFICATE", a), write("cert.pem", "CERTIFICATE", b), write("key.pem", "PRIVATE KEY", k)
}

// unmannerly are statements that ask for columns nobody named, or make something.
var unmannerly = regexp.MustCompile("(?i)\\bselect\\s+(distinct\\s+)?\\*|[\\w`]\\.\\*|^(/\\*.*?\\*/ )?\\s*(create|alter|drop|lock|load)\\b|\\btemporary\\b")

var changing = regexp.MustCompile(`^(?:/\*.*?\*/ )?(?:DELETE|UPDATE|INSERT|COMMIT|START TRANSACTION READ WRITE)\b|\bFOR UPDATE$`)

// TestAServerAsInProduction: one with certificates, a log that is replicated, and one of all statements.
func TestAServerAsInProduction(t *testing.T) {
	ca, cert, key := authority(t)
	stranger, _, _ := authority(t)
	own := servers.OwnMySQL(t, "--ssl-ca="+ca, "--ssl-cert="+cert, "--ssl-key="+key, "--performance-schema=ON", "--log-bin", "--binlog-format=ROW", "--log-bin-trust-function-creators=1",
		"--general-log=1", "--log-output=TABLE")

	t.Run("encrypted connections", func(t *testing.T) {
		h := houseOn(t, own.Database(t), tables.Owned)
		h.OwnedBy(1, 2, 1)
		h.App = application{h.connect(h.Admin)}
		name := h.Read("SELECT DATABASE()")
		h.Run("ALTER USER " + name + " REQUIRE SSL")
		for how, says := range map[string]string{
			"": "whether it has to come by tls=true", "?tls=true": "no authority that is trusted here", "?tls=true&ca=" + stranger: "no authority that is trusted here",
			"?tls=true&ca=" + ca: "", "?tls=skip-verify": "", "?tls=true&ca=/nowhere": "names no file of certificates", "?tls=true&cert=/nowhere": "name no certificate and its key", "?ca=" + ca: "a parameter that is not known",
		} {
			s, err := Connector{}.Open(t.Context(), connectors.Config{settings.URL: h.URL + how})
			var said connectors.Diagnostics
			switch {
			case err == nil:
				s.Close()
				if says != "" {
					t.Errorf("let in by %s", how)
				}
			case says == "" || !errors.As(err, &said) || said[0].Path != "config.url" || !strings.Contains(err.Error(), says) || errors.Is(err, connectors.ErrTryLater):
				t.Errorf("by %s: %v", how, err)
			case strings.Contains(err.Error(), "127.0.0.1") || strings.Contains(err.Error(), name):
				t.Errorf("by %s it says where: %v", how, err)
			}
		}
		u, err := url.Parse(h.URL)
		if err != nil {
			t.Fatal(err)
		}
		u.Host = "localhost:" + u.Port()
		if _, err := (Connector{}).Open(t.Context(), connectors.Config{settings.URL: u.String() + "?tls=true&ca=" + ca}); err == nil || !strings.Contains(err.Error(), "of another server") {
			t.Errorf("%v", err)
		}
	})

	t.Run("what is sent", func(t *testing.T) {
		h := houseOn(t, own.Database(t), tables.Owned)
		h.OwnedBy(2, 2, 3)
		h.App = application{h.connect(h.Admin)}
		bare := h.Read("SELECT concat(DATABASE(), '_bare')")
		s := h.open(h.Bare)
		var uses []connectors.Use
		for _, do := range tables.Leave("C-0") {
			uses = append(uses, connectors.Use{Collection: do.On.Collection, Reads: []string{"id"}, Verbs: []connectors.Verb{do.Verb}})
		}
		grants, err := s.(connectors.Granter).Grants(t.Context(), uses)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range grants {
			h.Run(text)
		}
		h.Run("GRANT SELECT ON members TO " + bare + "; GRANT SELECT ON addresses TO " + bare + "; GRANT SELECT ON payments TO " + bare)
		seen := ""
		h.Store = s
		opt := connectors.ApplyOptions{Lock: "2026-000123/register", Confirm: func(context.Context, []connectors.Outcome) error {
			seen = h.Read("SELECT group_concat(DISTINCT ATTR_VALUE) FROM performance_schema.session_connect_attrs JOIN information_schema.PROCESSLIST ON ID = PROCESSLIST_ID WHERE ATTR_NAME = 'program_name' AND USER = '" + bare + "'")
			return nil
		}}
		h.Located(by(coll("members", "id"), "no", "C-0"))
		if _, err := s.(connectors.Inspector).Inspect(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ApplyWith(opt, tables.Leave("C-0")...); err != nil {
			t.Fatal(err)
		}
		if seen != "dossier" {
			t.Errorf("the server's administrator sees %q at work", seen)
		}
		rows, err := h.connect(h.Admin).QueryContext(t.Context(), "SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log WHERE command_type = 'Query' AND user_host LIKE concat(?, '[%')", bare)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		sent, changes := 0, 0
		for ; rows.Next(); sent++ {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			if unmannerly.MatchString(text) {
				t.Errorf("%q in: %s", unmannerly.FindString(text), text)
			}
			if changing.MatchString(text) {
				changes++
				if !strings.HasPrefix(text, "/* dossier 2026-000123 */ ") {
					t.Errorf("whose is this: %s", text)
				}
			}
		}
		if err := rows.Err(); err != nil || sent < 20 || changes < 5 {
			t.Errorf("%d statements were sent, %d of changes: %v", sent, changes, err)
		}
	})

	t.Run("no more connections than are allowed", func(t *testing.T) {
		h := houseOn(t, own.Database(t), tables.Owned)
		h.OwnedBy(1, 2, 1)
		h.App = application{h.connect(h.Admin)}
		bare := h.Read("SELECT concat(DATABASE(), '_bare')")
		h.Run("GRANT SELECT ON members TO " + bare)
		s := h.open(h.Bare)
		var all sync.WaitGroup
		for range 5 * working {
			all.Go(func() {
				if _, err := s.(connectors.Counter).Count(t.Context(), []connectors.Selection{by(coll("members", "id"), "no", "C-0")}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		// One more asks what the server is.
		if n := h.Read("SELECT TOTAL_CONNECTIONS BETWEEN 2 AND 11 FROM performance_schema.users WHERE USER = '" + bare + "'"); n != "1" {
			t.Errorf("%s connections", h.Read("SELECT TOTAL_CONNECTIONS FROM performance_schema.users WHERE USER = '"+bare+"'"))
		}
	})

	t.Run("what leaves the server", func(t *testing.T) {
		h := houseOn(t, own.Database(t), "CREATE TABLE members (id int PRIMARY KEY); INSERT INTO members VALUES (1)")
		h.App = application{h.connect(h.Admin)}
		u, err := url.Parse(h.Admin)
		if err != nil {
			t.Fatal(err)
		}
		h.Run("INSTALL SONAME 'ha_federatedx'")
		h.Run("CREATE TABLE far (id int PRIMARY KEY) ENGINE=FEDERATED CONNECTION='mysql://root@" + u.Host + u.Path + "/members'")
		schema, err := h.Store.(connectors.Inspector).Inspect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := []connectors.Feed{{Name: "general_log", Kind: "log of all statements"}, {Name: "log_bin", Kind: "binary log"}}
		if diff := cmp.Diff(want, schema.Feeds); diff != "" {
			t.Error(diff)
		}
		i := slices.IndexFunc(schema.Collections, func(c connectors.SchemaCollection) bool { return c.Name == "far" })
		if i < 0 || !schema.Collections[i].Remote || !schema.Collections[i].View {
			t.Errorf("%+v", schema.Collections)
		}
		if _, err := h.Apply(del(by(coll("far", "id"), "id", int64(1)))); err == nil || !strings.Contains(err.Error(), "another server") {
			t.Errorf("%v", err)
		}
		h.Says("SELECT count(*) FROM members", "1")
	})
}

// TestAStatementThatTakesTooLong is ended by the server, and nothing of its transaction stays.
func TestAStatementThatTakesTooLong(t *testing.T) {
	h := newHouse(t, "CREATE TABLE members (id int PRIMARY KEY); INSERT INTO members VALUES (1); CREATE TRIGGER slow BEFORE DELETE ON members FOR EACH ROW DO SLEEP(100)")
	s, err := Connector{}.Open(t.Context(), connectors.Config{settings.URL: h.URL, settings.Statement: "200ms"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h.Store = s
	began := time.Now()
	if _, err := h.Apply(del(by(coll("members", "id"), "id", int64(1)))); !errors.Is(err, connectors.ErrTryLater) || !strings.Contains(err.Error(), "longer than it may") {
		t.Errorf("%v", err)
	}
	if took := time.Since(began); took > 90*time.Second {
		t.Errorf("after %s", took)
	}
	h.Says("SELECT count(*) FROM members", "1")
}
