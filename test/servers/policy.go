package servers

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Policy gives the bucket a policy of these statements, each a JSON object in which BUCKET stands for its name.
func (b Bucket) Policy(t testing.TB, statements ...string) {
	t.Helper()
	text := strings.ReplaceAll(`{"Version":"2012-10-17","Statement":[`+strings.Join(statements, ",")+`]}`, "BUCKET", b.Name)
	if _, err := b.Client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &b.Name, Policy: aws.String(text)}); err != nil {
		t.Fatal(err)
	}
}

// Everybody is a statement that lets who has no account do what applications do.
const Everybody = `{"Sid":"Everybody","Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:GetObjectVersion","s3:PutObject","s3:DeleteObject","s3:DeleteObjectVersion",
	"s3:GetObjectTagging","s3:PutObjectTagging","s3:PutObjectVersionTagging","s3:DeleteObjectTagging","s3:DeleteObjectVersionTagging"],"Resource":["arn:aws:s3:::BUCKET/*"]}`

// ForTags are the statements by which a tag restricts, as far as whoever asks the policy alone looks at them.
var ForTags = []string{Everybody,
	`{"Sid":"DossierTagged","Effect":"Deny","Principal":"*","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::BUCKET/*"],"Condition":{"StringLike":{"s3:ExistingObjectTag/dossier-restricted":"*"}}}`,
	`{"Sid":"DossierVersions","Effect":"Deny","Principal":"*","Action":["s3:DeleteObjectVersion"],"Resource":["arn:aws:s3:::BUCKET/*"]}`}

// ForMinIO says statements Dossier prints as MinIO has to hear them: it knows accounts by another name, looks at the tags a request brings instead of those
// that are there where tags are set, and takes the removal of a version, by who has no account, for the removal of an object.
func (b Bucket) ForMinIO(statements []string) []string {
	but := `"StringNotEquals": {
      "aws:username": "` + b.Key + `"
    }`
	var out []string
	for _, text := range statements {
		if !strings.HasPrefix(text, "{") {
			continue
		}
		out = append(out, strings.Replace(text, `"ArnNotLike": {
      "aws:PrincipalArn": "ARN-OF-THE-ACCOUNT-DOSSIER-USES"
    }`, but, 1))
		if strings.Contains(text, "DossierVersions") {
			out = append(out, `{"Sid":"MinIOVersions","Effect":"Deny","Principal":"*","Action":["s3:DeleteObject"],"Resource":["arn:aws:s3:::BUCKET/*"],"Condition":{"StringLike":{"s3:versionid":"?*"},`+but+`}}`,
				`{"Sid":"MinIOTags","Effect":"Deny","Principal":"*","Action":["s3:PutObjectTagging"],"Resource":["arn:aws:s3:::BUCKET/*"],"Condition":{`+but+`}}`)
		}
	}
	return out
}
