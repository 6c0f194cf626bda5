package jpeg

import "fmt"

// ErrTorn says that a picture is damaged or ends too soon. The rows above the
// damage are right; those below are grey.
type ErrTorn struct {
	Offset int    // where in the data
	Rows   int    // rows of the result that were decoded whole
	Why    string // what is wrong
}

func (e *ErrTorn) Error() string {
	return fmt.Sprintf("torn JPEG: %s at byte %d; %d rows are whole", e.Why, e.Offset, e.Rows)
}

// ErrUnsupported says that a picture is of a kind that is not decoded.
type ErrUnsupported struct {
	What string
}

func (e *ErrUnsupported) Error() string { return "a kind of JPEG that cameras do not send: " + e.What }
