package s3

import (
	"errors"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestAccountNotAccepted: a key the service does not know, or a wrong secret, is said as that, and what such an account cannot do proves no restriction.
func TestAccountNotAccepted(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Plain)
	b.put(t, "letters/C-1/2024-01-05-17.pdf", "hers")
	hers := by(letters, "member_no", "C-1")
	for what, account := range map[string][2]string{"it has no such access key": {"nobody-knows", b.Secret}, "the secret does not belong to the access key": {b.Key, "wrong-secret"}} {
		config := connectors.Config{settingBucket: b.Name, settingEndpoint: b.Endpoint, settingPathStyle: "true", settingKey: account[0], settingSecret: account[1]}
		_, err := Connector{}.Open(t.Context(), config)
		if !errors.Is(err, errAccount) || !strings.Contains(err.Error(), what) {
			t.Errorf("%v; want %q", err, what)
		}
		if b.ordinary, err = client(t.Context(), config, settingKey, settingSecret, settingToken); err != nil {
			t.Fatal(err)
		}
		if r, w, err := b.Probe(t.Context(), hers); !errors.Is(err, errAccount) {
			t.Errorf("an account of applications of which %q holds is said to read %d and write %d: %v", what, r, w, err)
		}
	}
}

// TestNoCredentials: where neither the settings nor the machine say who asks, that is a mistake in the settings and no service that is away.
func TestNoCredentials(t *testing.T) {
	for name, value := range map[string]string{"AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": ""} {
		t.Setenv(name, value)
	}
	_, err := Connector{}.Open(t.Context(), connectors.Config{settingBucket: "any", settingEndpoint: "http://127.0.0.1:1"})
	if err == nil || !strings.Contains(err.Error(), "no credentials are found") {
		t.Errorf("%v", err)
	}
}
