package world

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// edge is a service that asks another one.
type edge struct {
	asker string // its folder
	as    string // userIdentity.type
	by    string // userIdentity.invokedBy
	op    string // what it asks: s3:PutObject
}

// edges are all that there are, by who asks as whom: in a role that it has taken on, as itself where a policy admits it, with the credentials of who
// asked it, or for the root of an account that an organization holds.
func edges() map[edge]bool {
	all := map[edge]bool{}
	for _, x := range []struct{ asker, as, by, ops string }{
		{"accessanalyzer", "AWSService", "access-analyzer", "sts:AssumeRole"},
		{"accessanalyzer", "AssumedRole", "access-analyzer", "cloudtrail:GetTrail iam:GenerateServiceLastAccessedDetails iam:GetAccessKeyLastUsed iam:GetLoginProfile iam:GetRole iam:GetServiceLastAccessedDetails iam:GetUser iam:ListAccessKeys iam:ListRoles iam:ListUsers s3:GetBucketAcl s3:GetBucketPolicy s3:GetObject s3:GetPublicAccessBlock s3:ListBuckets s3:ListObjectsV2"},
		{"accessanalyzer", "IAMUser", "access-analyzer", "iam:CreateServiceLinkedRole"},
		{"accessanalyzer", "Root", "access-analyzer", "iam:CreateServiceLinkedRole"},
		{"athena", "IAMUser", "athena", "glue:BatchCreatePartition glue:BatchDeletePartition glue:CreateDatabase glue:CreateTable glue:DeleteDatabase glue:DeleteTable glue:GetDatabase glue:GetDatabases glue:GetPartition glue:GetPartitions glue:GetTable glue:GetTables glue:UpdateDatabase glue:UpdatePartition glue:UpdateTable"},
		{"athena", "IAMUser", "athena", "s3:AbortMultipartUpload s3:CompleteMultipartUpload s3:CreateMultipartUpload s3:GetObject s3:ListObjectsV2 s3:PutObject s3:UploadPart"},
		{"cloudtrail", "AWSService", "cloudtrail", "sts:AssumeRole s3:GetBucketAcl s3:PutObject"},
		{"cloudtrail", "AssumedRole", "cloudtrail", "logs:CreateLogStream logs:PutLogEvents s3:GetObject s3:ListObjectsV2"},
		{"cloudtrail", "IAMUser", "cloudtrail", "organizations:DeregisterDelegatedAdministrator organizations:DescribeOrganization organizations:ListAWSServiceAccessForOrganization organizations:ListDelegatedAdministrators organizations:RegisterDelegatedAdministrator"},
		{"firehose", "AWSService", "firehose", "sts:AssumeRole"},
		{"firehose", "AssumedRole", "firehose", "glue:GetTableVersion glue:GetTableVersions kinesis:DescribeStream kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards logs:PutLogEvents s3:PutObject"},
		{"glue", "AWSService", "glue", "sts:AssumeRole"},
		{"glue", "AssumedRole", "glue", "glue:BatchCreatePartition glue:BatchDeletePartition glue:BatchGetPartition glue:BatchUpdatePartition glue:CreateDatabase glue:CreateTable glue:DeleteTable glue:GetDatabase glue:GetPartitions glue:GetTable glue:UpdateTable"},
		{"glue", "AssumedRole", "glue", "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents s3:GetObject s3:ListObjectsV2"},
		{"logs", "AWSService", "logs", "sts:AssumeRole"},
		{"logs", "AssumedRole", "logs", "firehose:PutRecord firehose:PutRecordBatch kinesis:PutRecord kinesis:PutRecords logs:StartQuery s3:PutObject"},
		{"logs", "AWSService", "delivery.logs", "firehose:PutRecordBatch logs:CreateLogStream logs:PutLogEvents s3:PutObject"},
		{"logs", "AWSService", "logs.eu-central-1", "s3:GetBucketAcl s3:PutObject"},
		{"logs", "IAMUser", "logs", "firehose:TagDeliveryStream logs:PutResourcePolicy s3:GetBucketPolicy s3:PutBucketPolicy"},
		{"organizations", "Root", "organizations", "iam:AttachRolePolicy iam:CreateRole"},
		{"s3", "AWSService", "logging.s3", "s3:PutObject"},
	} {
		for op := range strings.FieldsSeq(x.ops) {
			all[edge{x.asker, x.as, x.by + ".amazonaws.com", op}] = true
		}
	}
	return all
}

// The table names every call of a service to another that stands in the text of the services, and none that does not; and of every service that
// takes on roles, that it does.
func TestEveryEdgeIsNamed(t *testing.T) {
	written, named := edgesInCode(t), map[string]bool{}
	for x := range edges() {
		named[x.asker+" "+x.op] = true
	}
	for x := range written {
		if !named[x] {
			t.Errorf("%s is asked and not in the table of edges: name it, and have an errand ask it", x)
		}
	}
	for x := range named {
		if !written[x] {
			t.Errorf("%s is in the table of edges, and nobody asks it", x)
		}
	}
}

// edgesInCode finds, in the text of the services, whom each calls and for what: «logs s3:PutObject». It fails where a generated client is used in a way
// that it cannot read: one that is no field of Peers, or that is handed on instead of called.
func edgesInCode(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir("../service", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		called := map[ast.Node]bool{} // the selectors of peers that are read
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				return n.Name.Name != "Peers"
			case *ast.SelectorExpr:
				x, plain := n.X.(*ast.Ident)
				switch {
				case plain && n.Sel.Name == "Client" && strings.HasSuffix(x.Name, "api"), n.Sel.Name == "Invoke":
					t.Errorf("%s: asks otherwise than by its Peers", set.Position(n.Pos()))
				case n.Sel.Name == "peers" && !called[n]:
					t.Errorf("%s: peers that are not asked here", set.Position(n.Pos()))
				}
			case *ast.CallExpr:
				if peers, peer, op, ok := peerCall(n); ok {
					called[peers] = true
					found[filepath.Base(filepath.Dir(path))+" "+strings.ToLower(peer)+":"+op] = true
				} else if takesRole(n) {
					found[filepath.Base(filepath.Dir(path))+" sts:AssumeRole"] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// peerCall reads s.peers.S3.PutObject(…).
func peerCall(n *ast.CallExpr) (peers ast.Node, peer, op string, ok bool) {
	last, ok := n.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil, "", "", false
	}
	middle, ok := last.X.(*ast.SelectorExpr)
	if !ok {
		return nil, "", "", false
	}
	first, ok := middle.X.(*ast.SelectorExpr)
	return first, middle.Sel.Name, last.Sel.Name, ok && first.Sel.Name == "peers"
}

// takesRole recognizes call.As(…).
func takesRole(n *ast.CallExpr) bool {
	f, ok := n.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "As" {
		return false
	}
	x, ok := f.X.(*ast.Ident)
	return ok && x.Name == "call"
}
