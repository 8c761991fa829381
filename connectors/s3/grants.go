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
	"github.com/dossier-dsr/dossier/connectors/objects"
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

// Install gives the statements of the bucket's policy by which restriction holds against every account but the connector's, for the methods the uses
// name: by move, one that closes the prefix for what is restricted; by tag, one that closes objects with the tag, and one that keeps their versions. Nothing
// else is denied to anybody.
func (s *store) Install(ctx context.Context, uses []connectors.Use) ([]string, error) {
	if !does(uses, connectors.Block, connectors.Release) {
		return nil, nil
	}
	policy, err := s.policy(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range s.statements(uses) {
		if !strings.Contains(policy, `"`+x.Sid+`"`) {
			out = append(out, printed(x))
		}
	}
	switch len(out) {
	case 0:
		return nil, nil
	case 1:
		return append([]string{"# a statement of the policy of bucket " + s.bucket + "; put the account's name in it"}, out...), nil
	}
	return append([]string{"# statements of the policy of bucket " + s.bucket + "; put the account's name in them"}, out...), nil
}

// The names of the statements by which a tag restricts.
const (
	tagSid      = "DossierTagged"
	versionsSid = "DossierVersions"
)

// statements are those of the bucket's policy.
func (s *store) statements(uses []connectors.Use) []statement {
	but := func(more map[string]string) map[string]map[string]string {
		out := map[string]map[string]string{"ArnNotLike": {"aws:PrincipalArn": account}}
		if more != nil {
			out["StringLike"] = more
		}
		return out
	}
	var out []statement
	if blockedBy(uses, methodMove) {
		out = append(out, statement{Sid: heldSid, Effect: "Deny", Principal: "*", Resource: []string{s.arn(s.held + "*")}, Condition: but(nil),
			Action: []string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectLegalHold"}})
	}
	if blockedBy(uses, methodTag) {
		out = append(out,
			statement{Sid: tagSid, Effect: "Deny", Principal: "*", Resource: []string{s.arn("*")}, Condition: but(map[string]string{"s3:ExistingObjectTag/" + heldTag: "*"}),
				Action: []string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObjectTagging", "s3:PutObjectVersionTagging", "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"}},
			statement{Sid: versionsSid, Effect: "Deny", Principal: "*", Resource: []string{s.arn("*")}, Condition: but(nil), Action: []string{"s3:DeleteObjectVersion"}})
	}
	return out
}

// blockedBy says whether anything is blocked by a method; uses that name none mean the first.
func blockedBy(uses []connectors.Use, method string) bool {
	return slices.ContainsFunc(uses, func(u connectors.Use) bool {
		return (u.Does(connectors.Block) || u.Does(connectors.Release)) && (u.Method == method || u.Method == "" && method == methodMove)
	})
}

// Uninstall says which statements are taken out of the bucket's policy; an error while anything is held. Who holds by a tag is asked of every document of the
// collections the uses name.
func (s *store) Uninstall(ctx context.Context, uses []connectors.Use) ([]string, error) {
	held, err := s.drawers(ctx)
	if err != nil {
		return nil, err
	}
	tagged, err := s.anyTagged(ctx, uses)
	if err != nil {
		return nil, err
	}
	if len(held) > 0 || tagged {
		return nil, fmt.Errorf("%w: rows are restricted; lift what restricts them first", connectors.ErrConflict)
	}
	policy, err := s.policy(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, sid := range []string{heldSid, tagSid, versionsSid} {
		if strings.Contains(policy, `"`+sid+`"`) {
			out = append(out, "# take the statement "+sid+" out of the policy of bucket "+s.bucket)
		}
	}
	return out, nil
}

// anyTagged says whether any document of the collections that are restricted by a tag has one.
func (s *store) anyTagged(ctx context.Context, uses []connectors.Use) (any bool, err error) {
	for _, u := range uses {
		if !blockedBy([]connectors.Use{u}, methodTag) {
			continue
		}
		from, err := s.limits.Understand(u.Collection)
		if err != nil {
			return false, err
		}
		all, err := objects.NewMatcher(from, connectors.Selection{All: true})
		if err != nil {
			return false, err
		}
		err = s.keys(ctx, from, all, func(f found) error {
			t, err := s.taggingOf(ctx, f.item)
			if any = any || len(t.any) > 0; any && err == nil {
				err = errEnough
			}
			return err
		})
		if err != nil && !errors.Is(err, errEnough) {
			return false, err
		}
	}
	return any, nil
}

var errEnough = errors.New("nothing more is to be known")

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
			"s3:PutObjectTagging", "s3:PutObjectVersionTagging", "s3:GetObjectRetention", "s3:GetObjectLegalHold")
	}
	out := []statement{
		{Sid: "DossierBucket", Effect: "Allow", Action: onBucket, Resource: []string{"arn:aws:s3:::" + s.bucket}},
		{Sid: "DossierObjects", Effect: "Allow", Action: onObjects, Resource: []string{s.arn("*")}},
	}
	if blockedBy(uses, methodTag) {
		out[0].Action = append(out[0].Action, "s3:GetBucketPolicy")
		out[1].Action = append(out[1].Action, "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging")
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
