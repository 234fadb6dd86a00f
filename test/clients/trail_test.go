package clients

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// TestTrailSurvivesKill: the process is killed while many callers change things; each call that was answered stands in the journal, and
// what it changed is there.
func TestTrailSurvivesKill(t *testing.T) {
	e := serve(t)
	var mu sync.Mutex
	acked := map[string]bool{}
	for round := range 3 {
		client := cloudwatchlogs.NewFromConfig(e.root())
		var callers sync.WaitGroup
		for caller := range 16 {
			callers.Go(func() {
				for i := range 10_000 {
					name := fmt.Sprintf("r%d/c%d/%d", round, caller, i)
					_, err := client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(name)})
					if err != nil { // killed
						return
					}
					mu.Lock()
					acked[name] = true
					if len(acked) == 200*(round+1) {
						go e.process.Process.Kill()
					}
					mu.Unlock()
				}
			})
		}
		callers.Wait()
		e.kill()
		e.start()
	}
	entered, there := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(e.cat(t, "@journal/entry")) {
		_, value, _ := strings.Cut(line, "\t")
		var entry struct {
			Call *struct {
				Operation, ErrorCode string
				Request              struct{ LogGroupName string }
			}
		}
		if json.Unmarshal([]byte(value), &entry) == nil && entry.Call != nil && entry.Call.Operation == "CreateLogGroup" && entry.Call.ErrorCode == "" {
			entered[entry.Call.Request.LogGroupName] = true
		}
	}
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(cloudwatchlogs.NewFromConfig(e.root()), &cloudwatchlogs.DescribeLogGroupsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range page.LogGroups {
			there[*g.LogGroupName] = true
		}
	}
	for name := range acked {
		if !entered[name] || !there[name] {
			t.Errorf("%s was answered: in the journal %t, there %t", name, entered[name], there[name])
		}
	}
	if len(acked) < 600 {
		t.Errorf("only %d calls were answered", len(acked))
	}
	t.Logf("%d calls answered, %d entered", len(acked), len(entered))
}
