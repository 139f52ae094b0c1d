package lro

import "context"

// BlockedError is a context that ended while a task ran that may be about the
// object. Nothing was sent.
type BlockedError[T Task] struct {
	Task T // as last seen
	Err  error
}

func (e *BlockedError[T]) Error() string {
	return "the task " + e.Task.TaskID() + ", which may be about the same object, still runs: " + e.Err.Error()
}
func (e *BlockedError[T]) Unwrap() error { return e.Err }

// DeclinedError is a context that ended while the system declined the request.
// Nothing was performed.
type DeclinedError struct {
	Refusal error // the last answer
	Err     error // why no more was sent
}

func (e *DeclinedError) Error() string {
	return "the request was declined each time: " + e.Refusal.Error()
}
func (e *DeclinedError) Unwrap() []error { return []error{e.Err, e.Refusal} }

// afterRefusal adds the last refusal, if any, where the end of ctx ended the write.
func afterRefusal(ctx context.Context, refusal, err error) error {
	if refusal == nil || ctx.Err() == nil {
		return err
	}
	return &DeclinedError{Refusal: refusal, Err: err}
}

// OutcomeUnknownError is a write that may have been performed: its answer got
// lost, or its task can't be seen any more, and the list does not show it. It was
// not sent again.
type OutcomeUnknownError[T Task] struct {
	Task     T       // of the write, zero where it is not known
	Err      error   // the answer, or why the task can't be seen
	Cause    error   // why the search ended, nil when its time was over
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

// InProgressError is a wait that was cut short. The system goes on with the task,
// or has ended it without the list having been seen.
type InProgressError[T Task] struct {
	Task T // as last seen
	Err  error
}

func (e *InProgressError[T]) Error() string {
	return "the task " + e.Task.TaskID() + " was not waited for to its end: " + e.Err.Error()
}
func (e *InProgressError[T]) Unwrap() error { return e.Err }
