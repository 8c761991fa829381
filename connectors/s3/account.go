package s3

import "errors"

// errAccount is the answer of a service that does not take the account for whom it says it is. It says nothing of what that account may do: where
// a restriction is proven, it proves nothing.
var errAccount = errors.New("the service does not accept the account")

// unaccepted says what answers of such a service mean, and what to look at, by their codes.
var unaccepted = map[string]string{
	"InvalidAccessKeyId":           "it has no such access key",
	"SignatureDoesNotMatch":        "the secret does not belong to the access key",
	"ExpiredToken":                 "the temporary key is over",
	"RequestExpired":               "the temporary key is over",
	"InvalidToken":                 "the session token is not one of the access key",
	"TokenRefreshRequired":         "the temporary key has to be asked for anew",
	"RequestTimeTooSkewed":         "the clock of this machine is more than fifteen minutes off",
	"AuthorizationHeaderMalformed": "the bucket is in another region than the setting region says",
	"PermanentRedirect":            "the bucket is in another region than the setting region says",
	"InvalidSecurity":              "the access key is not in order",
	"NotSignedUp":                  "the access key may not use S3",
}
