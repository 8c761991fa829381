package s3

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

const (
	settingBucket         = "bucket"
	settingRegion         = "region"
	settingEndpoint       = "endpoint"
	settingPathStyle      = "path_style"
	settingKey            = "access_key_id"
	settingSecret         = "secret_access_key"
	settingToken          = "session_token"
	settingProfile        = "profile"
	settingCredentials    = "credentials_file"
	settingHeld           = "held"
	settingIndexKey       = "index_key"
	settingSpool          = "spool_mib"
	settingOrdinaryKey    = "ordinary_access_key_id"
	settingOrdinarySecret = "ordinary_secret_access_key"
)

func settings() []connectors.Setting {
	return []connectors.Setting{
		{Name: settingBucket, Required: true, Help: "the bucket that holds the collections"},
		{Name: settingRegion, Help: "its region; us-east-1 unless named here or in the profile"},
		{Name: settingEndpoint, Help: "the address of a service other than AWS, http:// or https://"},
		{Name: settingPathStyle, Help: "true: the bucket stands in the path and not in the host's name, as most services other than AWS want it"},
		{Name: settingKey, Help: "the account's key; without it, what the usual chain finds: a profile, a role of the machine or container"},
		{Name: settingSecret, Secret: true, Help: "the secret that belongs to it"},
		{Name: settingToken, Secret: true, Help: "the token of a temporary key"},
		{Name: settingProfile, Help: "the profile of credentials_file to be used"},
		{Name: settingCredentials, Help: "a file of credentials in the usual form"},
		{Name: settingHeld, Help: "the closed prefix for what is restricted; " + heldPrefix + " unless named"},
		{Name: settingIndexKey, Secret: true, Help: "the key of the index of which objects hold whom, at least 32 characters; without it every search reads the whole collection"},
		objects.RowGroupSetting,
		{Name: settingSpool, Help: "how many MiB of what was read may lie in a temporary file, sealed, so that an object that is rewritten is not read twice; " + strconv.Itoa(spoolBytes>>20) + " unless set, 0 for none"},
		{Name: settingOrdinaryKey, Help: "the key of an account applications use: restriction is proven against it"},
		{Name: settingOrdinarySecret, Secret: true, Help: "the secret that belongs to it"},
	}
}

// spoolBytes is what may lie in a temporary file, unless spool_mib says otherwise.
const spoolBytes = 256 << 20

// spoolOf reads spool_mib, in bytes.
func spoolOf(c connectors.Config) (int64, error) {
	text := c[settingSpool]
	if text == "" {
		return spoolBytes, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, wrong(settingSpool, "spool_mib is no number of MiB", "write 1024, for example")
	}
	return n << 20, nil
}

// attempts are how often a request is sent that failed in a way that may pass: the pauses between grow, and slow down all requests of
// the store where the service throttles.
const attempts = 6

// client is one for an account; key and the others name the settings it is taken from.
func client(ctx context.Context, c connectors.Config, key, secret, token string) (*s3.Client, error) {
	endpoint := c[settingEndpoint]
	if u, err := url.Parse(endpoint); endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return nil, wrong(settingEndpoint, "endpoint is no address", "write https://HOST or http://HOST:PORT")
	}
	var pathStyle bool
	switch c[settingPathStyle] {
	case "", "false":
	case "true":
		pathStyle = true
	default:
		return nil, wrong(settingPathStyle, "path_style is neither true nor false", "")
	}
	options := []func(*config.LoadOptions) error{config.WithDefaultRegion("us-east-1"),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = parallel })),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
				o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) { o.MaxAttempts = attempts })
			})
		})}
	if r := c[settingRegion]; r != "" {
		options = append(options, config.WithRegion(r))
	}
	if p := c[settingProfile]; p != "" {
		options = append(options, config.WithSharedConfigProfile(p))
	}
	if f := c[settingCredentials]; f != "" {
		options = append(options, config.WithSharedCredentialsFiles([]string{f}))
	}
	if c[key] != "" {
		options = append(options, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(c[key], c[secret], c[token])))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, wrong(settingProfile, "the credentials the settings name cannot be read", "look at profile and credentials_file")
	}
	if _, err := loaded.Credentials.Retrieve(ctx); err != nil && ctx.Err() == nil {
		return nil, wrong(key, "no credentials are found", "name access_key_id and secret_access_key, or a profile, or give this machine a role")
	}
	return s3.NewFromConfig(loaded, func(o *s3.Options) {
		o.UsePathStyle = pathStyle
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		}
	}), nil
}

func wrong(setting, what, hint string) error {
	return connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + setting, Summary: what, Detail: hint}}
}

// properHeld says whether no address can match what lies below a prefix.
func properHeld(prefix string) bool {
	return strings.HasPrefix(prefix, objects.OwnPrefix) && strings.HasSuffix(prefix, "/") && len(prefix) > len(objects.OwnPrefix)+1 && !strings.Contains(prefix, "//")
}
