package s3

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
)

// statement is one of a policy.
type statement struct {
	Sid       string
	Effect    string
	Principal string `json:",omitempty"`
	Action    []string
	Resource  []string
	Condition map[string]map[string]string `json:",omitempty"`
}

// heldSid is the name of the statement that closes the prefix for what is restricted.
const heldSid = "DossierHeld"

// account stands in what is printed for the account the connector uses, whose name no bucket knows.
const account = "ARN-OF-THE-ACCOUNT-DOSSIER-USES"

// Install gives the statement of the bucket's policy that closes the prefix for what is restricted to every account but the connector's.
// Nothing else is denied to anybody.
func (s *store) Install(ctx context.Context, uses []connectors.Use) ([]string, error) {
	if !does(uses, connectors.Block, connectors.Release) {
		return nil, nil
	}
	policy, err := s.policy(ctx)
	if err != nil || strings.Contains(policy, heldSid) {
		return nil, err
	}
	return []string{
		"# a statement of the policy of bucket " + s.bucket + "; put the account's name in it",
		printed(statement{Sid: heldSid, Effect: "Deny", Principal: "*", Resource: []string{s.arn(s.held + "*")},
			Action:    []string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectLegalHold"},
			Condition: map[string]map[string]string{"ArnNotLike": {"aws:PrincipalArn": account}}}),
	}, nil
}

// Uninstall says which statement is taken out of the bucket's policy; an error while anything is held.
func (s *store) Uninstall(ctx context.Context, _ []connectors.Use) ([]string, error) {
	held, err := s.drawers(ctx)
	if err != nil {
		return nil, err
	}
	if len(held) > 0 {
		return nil, fmt.Errorf("%w: rows are restricted; lift what restricts them first", connectors.ErrConflict)
	}
	policy, err := s.policy(ctx)
	if err != nil || !strings.Contains(policy, heldSid) {
		return nil, err
	}
	return []string{"# take the statement " + heldSid + " out of the policy of bucket " + s.bucket}, nil
}

func (s *store) policy(ctx context.Context) (string, error) {
	out, err := s.client.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &s.bucket})
	if err = failure("s3:GetBucketPolicy", err); errors.Is(err, errAbsent) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Policy), nil
}

// Grants gives the policy of the connector's account.
func (s *store) Grants(_ context.Context, uses []connectors.Use) ([]string, error) {
	onBucket := []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration"}
	onObjects := []string{"s3:GetObject", "s3:GetObjectVersion"}
	if does(uses, connectors.Delete, connectors.Set, connectors.Ensure, connectors.Block, connectors.Release) {
		onBucket = append(onBucket, "s3:ListBucketMultipartUploads")
		onObjects = append(onObjects, "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload", "s3:GetObjectTagging", "s3:GetObjectVersionTagging",
			"s3:PutObjectTagging", "s3:GetObjectRetention", "s3:GetObjectLegalHold")
	}
	objects := []string{s.arn("*")}
	out := []statement{
		{Sid: "DossierBucket", Effect: "Allow", Action: onBucket, Resource: []string{"arn:aws:s3:::" + s.bucket}},
		{Sid: "DossierObjects", Effect: "Allow", Action: onObjects, Resource: objects},
	}
	if does(uses, connectors.Block, connectors.Release) && s.locks {
		out = append(out, statement{Sid: "DossierHolds", Effect: "Allow", Action: []string{"s3:PutObjectLegalHold"}, Resource: []string{s.arn(s.held + "*")}})
	}
	if s.index != nil && !does(uses, connectors.Delete, connectors.Set, connectors.Ensure, connectors.Block, connectors.Release) {
		out = append(out, statement{Sid: "DossierIndex", Effect: "Allow", Action: []string{"s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"}, Resource: []string{s.arn(s.held + indexFolder + "*")}})
	}
	texts := []string{"# the policy of the account the connector uses, statement by statement"}
	for _, x := range out {
		texts = append(texts, printed(x))
	}
	return texts, nil
}

func (s *store) arn(key string) string { return "arn:aws:s3:::" + s.bucket + "/" + key }

func does(uses []connectors.Use, verbs ...connectors.Verb) bool {
	return slices.ContainsFunc(uses, func(u connectors.Use) bool { return slices.ContainsFunc(verbs, u.Does) })
}

func printed(s statement) string {
	b, _ := json.MarshalIndent(s, "", "  ")
	return string(b)
}

var (
	_ connectors.Installer = (*store)(nil)
	_ connectors.Granter   = (*store)(nil)
)
