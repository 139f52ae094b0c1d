package base

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// PrivateReader is private state as a request has it.
type PrivateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// PrivateWriter is private state as a response has it.
type PrivateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// ReadPrivate reads a value of private state, zero if there is none.
func ReadPrivate[V any](ctx context.Context, private PrivateReader, key string) (value V, diags diag.Diagnostics) {
	stored, diags := private.GetKey(ctx, key)
	if json.Unmarshal(stored, &value) != nil {
		var zero V
		return zero, diags // never stored, or stored by another version
	}
	return value, diags
}

// WritePrivate stores a value in private state.
func WritePrivate(ctx context.Context, private PrivateWriter, key string, value any) diag.Diagnostics {
	stored, err := json.Marshal(value)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unable to keep private state", err.Error())}
	}
	return private.SetKey(ctx, key, stored)
}

// The keys of private state for ownership.
const (
	ownerKey   = "owner"   // identifies the object among those of the state
	objectsKey = "objects" // number of objects in the state that hold it, if there are several
)

// NewOwner makes the identifier of a new object, which distinguishes it from others of the state.
func NewOwner(ctx context.Context, private PrivateWriter) (string, diag.Diagnostics) {
	owner := rand.Text()
	return owner, WritePrivate(ctx, private, ownerKey, owner)
}

// KeepOwner returns the identifier of the object, and makes one if it is missing, as after an import.
func KeepOwner(ctx context.Context, stored PrivateReader, private PrivateWriter) (string, diag.Diagnostics) {
	owner, diags := ReadPrivate[string](ctx, stored, ownerKey)
	if owner == "" {
		owner, diags = NewOwner(ctx, private)
	}
	return owner, diags
}

// KeepObjects records that several objects of the state hold the same thing, as a current and a deposed one.
func KeepObjects(ctx context.Context, stored PrivateReader, private PrivateWriter, objects int) diag.Diagnostics {
	before, diags := ReadPrivate[int](ctx, stored, objectsKey)
	if before == objects || before == 0 && objects == 1 {
		return diags
	}
	return WritePrivate(ctx, private, objectsKey, objects)
}

// RaiseObjects is KeepObjects for the plan of a destroy. It keeps the larger number: more objects may have been read
// later, or, without a refresh, none.
func RaiseObjects(ctx context.Context, stored PrivateReader, private PrivateWriter, objects int) diag.Diagnostics {
	before, diags := ReadPrivate[int](ctx, stored, objectsKey)
	return append(diags, KeepObjects(ctx, stored, private, max(before, objects))...)
}

// Ownership returns the values that KeepOwner and KeepObjects have recorded.
func Ownership(ctx context.Context, stored PrivateReader) (owner string, objects int, diags diag.Diagnostics) {
	owner, diags = ReadPrivate[string](ctx, stored, ownerKey)
	objects, more := ReadPrivate[int](ctx, stored, objectsKey)
	return owner, objects, append(diags, more...)
}
