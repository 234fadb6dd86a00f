package glue

import (
	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/call"
)

// crawlerNeeds: what acts on a crawler must be permitted on it, what lists crawlers or acts on classifiers on anything; and whoever gives a crawler
// a role must be permitted to pass it.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
// https://docs.aws.amazon.com/glue/latest/dg/create-an-iam-role.html
func (s *Service) crawlerNeeds(scope call.Scope, op string, in any) ([]rt.Need, bool) {
	on := func(names ...string) []rt.Need {
		n := rt.Need{Action: "glue:" + op}
		for _, name := range names {
			n.Resources = append(n.Resources, s.crawlerARN(scope, name))
		}
		return []rt.Need{n}
	}
	pass := func(needs []rt.Need, role *string) []rt.Need {
		if role == nil {
			return needs
		}
		return append(needs, rt.Need{Action: "iam:PassRole", Resources: []string{s.roleARN(scope, *role)}, Keys: map[string][]string{"iam:passedtoservice": {crawlService}}})
	}
	switch in := in.(type) {
	case *api.CreateCrawlerInput:
		needs := on(*in.Name)
		if len(in.Tags) > 0 {
			needs = append(needs, only("glue:TagResource", s.crawlerARN(scope, *in.Name))...)
		}
		return pass(needs, in.Role), true
	case *api.UpdateCrawlerInput:
		return pass(on(*in.Name), in.Role), true
	case *api.GetCrawlerInput:
		return on(*in.Name), true
	case *api.DeleteCrawlerInput:
		return on(*in.Name), true
	case *api.StartCrawlerInput:
		return on(*in.Name), true
	case *api.StopCrawlerInput:
		return on(*in.Name), true
	case *api.BatchGetCrawlersInput:
		if len(in.CrawlerNames) == 0 {
			return on("*"), true
		}
		return on(in.CrawlerNames...), true
	case *api.StartCrawlerScheduleInput:
		return on(*in.CrawlerName), true
	case *api.StopCrawlerScheduleInput:
		return on(*in.CrawlerName), true
	case *api.UpdateCrawlerScheduleInput:
		return on(*in.CrawlerName), true
	case *api.ListCrawlsInput:
		return on(*in.CrawlerName), true
	case *api.GetCrawlersInput, *api.ListCrawlersInput, *api.GetCrawlerMetricsInput, *api.CreateClassifierInput, *api.UpdateClassifierInput, *api.DeleteClassifierInput,
		*api.GetClassifierInput, *api.GetClassifiersInput:
		return only("glue:"+op, "*"), true
	}
	return nil, false
}
