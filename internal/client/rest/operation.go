package rest

import "context"

type operationKey struct{}

// WithOperationID marks every request below ctx with the id, which travels in
// the operationID header and comes back in each error.
func WithOperationID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, operationKey{}, id)
}

// OperationID is the id set by WithOperationID, or "".
func OperationID(ctx context.Context) string {
	id, _ := ctx.Value(operationKey{}).(string)
	return id
}
