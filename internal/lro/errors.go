package lro

import "context"

// BlockedError is the error of a context that ended while another task ran that may
// be about the object. Nothing was sent.
type BlockedError[T Task] struct {
	Task T // as last read
	Err  error
}

func (e *BlockedError[T]) Error() string {
	return "the task " + e.Task.TaskID() + ", which may be about the same object, still runs: " + e.Err.Error()
}
func (e *BlockedError[T]) Unwrap() error { return e.Err }

// DeclinedError is the error of a context that ended while the system declined the
// request. Nothing was performed.
type DeclinedError struct {
	Refusal error // the last response
	Err     error // why the request was not sent again
}

func (e *DeclinedError) Error() string {
	return "the request was declined each time: " + e.Refusal.Error()
}
func (e *DeclinedError) Unwrap() []error { return []error{e.Err, e.Refusal} }

// afterRefusal adds the last refusal, if any, to the error of a write that ctx has
// ended.
func afterRefusal(ctx context.Context, refusal, err error) error {
	if refusal == nil || ctx.Err() == nil {
		return err
	}
	return &DeclinedError{Refusal: refusal, Err: err}
}

// OutcomeUnknownError is the error of a write that may have been performed: its
// response was lost, or the system does not show its task any more, and the list
// does not show its effect. It was not sent again.
type OutcomeUnknownError[T Task] struct {
	Task     T       // of the write, zero where it is not known
	Err      error   // the error of the request, or of the wait for its task
	Cause    error   // why the search ended early, or nil
	Suspects []error // of failed tasks that may be the write's
}

func (e *OutcomeUnknownError[T]) Error() string {
	return "it is not known whether the request was performed: " + e.Err.Error()
}

func (e *OutcomeUnknownError[T]) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.Cause}
}

// InProgressError is the error of a wait that ended early. The task may still run,
// or it has ended and the list was not read.
type InProgressError[T Task] struct {
	Task T // as last read
	Err  error
}

func (e *InProgressError[T]) Error() string {
	return "the task " + e.Task.TaskID() + " was not waited for to its end: " + e.Err.Error()
}
func (e *InProgressError[T]) Unwrap() error { return e.Err }
