package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// CancelExportTask ends an export that is not over. What it has written stays.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CancelExportTask.html
func (s *Service) CancelExportTask(ctx context.Context, in *api.CancelExportTaskInput) (*api.CancelExportTaskOutput, error) {
	return &api.CancelExportTaskOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		t, ok := s.exports.Get(tx, *in.TaskId)
		if !ok {
			return noTask()
		}
		if !t.active() {
			return api.NewInvalidOperationException("The specified export task is not in PENDING or RUNNING state.")
		}
		t.Status, t.Message, t.Completed, t.Flight = api.ExportTaskStatusCodeCancelled, "Cancelled by user", s.nowMs(), nil
		s.exports.Put(tx, t.ID, t)
		return nil
	})
}

func noTask() error {
	return api.NewResourceNotFoundException("The specified export task does not exist.")
}
