package rest

import "context"

type operationKey struct{}

// WithOperationID returns a context whose requests send the ID in the operationID
// header. Each error carries it.
func WithOperationID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, operationKey{}, id)
}

// OperationID returns the ID set by WithOperationID, or "".
func OperationID(ctx context.Context) string {
	id, _ := ctx.Value(operationKey{}).(string)
	return id
}
