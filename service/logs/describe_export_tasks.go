package logs

import (
	"context"
	"slices"
	"strconv"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// DescribeExportTasks lists exports, the newest first.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeExportTasks.html
func (s *Service) DescribeExportTasks(ctx context.Context, in *api.DescribeExportTasksInput) (*api.DescribeExportTasksOutput, error) {
	if in.TaskId != nil && in.StatusCode != nil {
		return nil, invalid("taskId and statusCode cannot both be specified.")
	}
	query := "exports\x00" + rt.Val(in.TaskId) + "\x00" + rt.Val(in.StatusCode)
	after, err := page.After(query, rt.Val(in.NextToken))
	skip, bad := strconv.Atoi("0" + after)
	if err != nil || bad != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	limit := defaultList
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	var list []exportTask
	err = s.k.View(ctx, func(tx *store.Tx) error {
		list = nil
		if in.TaskId != nil {
			t, ok := s.exports.Get(tx, *in.TaskId)
			if !ok {
				return noTask()
			}
			list = append(list, t)
			return nil
		}
		for _, t := range s.exports.Prefix(tx, "", "") {
			if in.StatusCode == nil || t.Status == *in.StatusCode {
				list = append(list, t)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b exportTask) int { return int(b.Created - a.Created) })
	out := &api.DescribeExportTasksOutput{ExportTasks: []api.ExportTask{}}
	for i := min(skip, len(list)); i < len(list); i++ {
		if len(out.ExportTasks) == limit {
			out.NextToken = new(page.Token(query, strconv.Itoa(i)))
			break
		}
		out.ExportTasks = append(out.ExportTasks, list[i].shown())
	}
	return out, nil
}

func (t *exportTask) shown() api.ExportTask {
	info := &api.ExportTaskExecutionInfo{CreationTime: &t.Created}
	if t.Completed > 0 {
		info.CompletionTime = &t.Completed
	}
	return api.ExportTask{
		TaskId: &t.ID, TaskName: optional(t.Name), LogGroupName: &t.Group, Destination: &t.Bucket, DestinationPrefix: &t.Prefix,
		From: &t.From, To: &t.To, Status: &api.ExportTaskStatus{Code: &t.Status, Message: optional(t.Message)}, ExecutionInfo: info,
	}
}
