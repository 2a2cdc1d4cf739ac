package pool

import "context"

// Await calls f, and returns what it returns. ok is false where ctx ends first: f may block for ever, and its
// goroutine is left behind then. So f returns what it finds, and writes it nowhere else. It is for what is called a
// few times: nothing bounds the goroutines, as [Calls] does. It may be called concurrently.
func Await[T any](ctx context.Context, f func() T) (answer T, ok bool) {
	answers := make(chan T, 1) // buffered: nobody may be there to take it
	go func() { answers <- f() }()
	select {
	case answer = <-answers:
		return answer, true
	case <-ctx.Done():
	}
	select { // it may have come just now
	case answer = <-answers:
		return answer, true
	default:
		return answer, false
	}
}
