package base

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// ShowTasks returns a context in which the progress of each task that is waited for
// is shown as progress of the action.
func ShowTasks(ctx context.Context, resp *action.InvokeResponse) context.Context {
	return vcda.WithProgress(ctx, func(t vcda.Task) {
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("The task %s is %s at %d %%.", t.ID, t.State, t.Progress)})
	})
}
