package gateway

import (
	"context"
	"strings"
	"testing"

	logsapi "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy"
)

// TestResourceControl: the organisation that owns the resource has its say, over services that have such policies only.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services
func TestResourceControl(t *testing.T) {
	all := document(t, policy.Identity, "all", `{"Effect":"Allow","Action":"*","Resource":"*"}`)
	deny := document(t, policy.RCP, "rcp", `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`, `{"Sid":"Outside","Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceOrgID":"o-a1b2c3d4e5","aws:PrincipalOrgPaths":"o-a1b2c3d4e5/r-ab12/"}}}`)
	set := policy.Set{Identity: []*policy.Document{all}, RCPs: [][]*policy.Document{{deny}}}
	g, _ := newGateway(t)
	g.SetIdentity(governed{set}, openSeal{})
	g.SetOrganizations(governed{set})
	ask := func(x *Exchange) error {
		return g.authorize(call.With(t.Context(), x.call), x, func(context.Context) error { return nil })
	}
	if err := ask(put(asUser, rt.JSON)); err != nil {
		t.Errorf("Kinesis has no such policies: %v", err)
	}
	x := request(asUser)
	x.table, x.op, x.protocol = &rt.Table{Model: logsapi.Model}, logsapi.Model.Operation("CreateLogGroup"), rt.JSON
	x.in = &logsapi.CreateLogGroupInput{LogGroupName: new("g")}
	if err := ask(x); awserr.Code(err) != "AccessDeniedException" || !strings.HasSuffix(err.Error(), "with an explicit deny in a resource control policy") || x.denied.Statement != "Outside" {
		t.Errorf("%v, the journal says %+v", err, x.denied)
	}
}

// closedAccounts are organisations whose every account is closed.
type closedAccounts struct{}

func (closedAccounts) Membership(context.Context, string) (*policy.Membership, error) {
	return &policy.Membership{Closed: true}, nil
}

// TestClosedAccount: its principals are let in nowhere, whatever their policies say, in the words of the asked service.
func TestClosedAccount(t *testing.T) {
	g, _ := newGateway(t)
	g.SetIdentity(governed{policy.Set{Identity: []*policy.Document{document(t, policy.Identity, "all", `{"Effect":"Allow","Action":"*","Resource":"*"}`)}}}, openSeal{})
	g.SetOrganizations(closedAccounts{})
	for protocol, code := range map[rt.Protocol]string{rt.JSON: "OptInRequired", rt.RestXML: "AccountProblem"} {
		x := put(asUser, protocol)
		err := g.authorize(call.With(t.Context(), x.call), x, func(context.Context) error { t.Error("let in"); return nil })
		if awserr.Code(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
}
