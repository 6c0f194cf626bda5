package watchdog

import (
	"fmt"
	"strings"

	"github.com/coreos/go-systemd/v22/daemon"
)

// send sends a state, a status, or both. No manager is no error.
func send(state, status string) error {
	if status != "" {
		// A line's end would begin another assignment.
		state += "\nSTATUS=" + strings.NewReplacer("\n", "; ", "\r", "").Replace(status)
	}
	if _, err := daemon.SdNotify(false, strings.TrimPrefix(state, "\n")); err != nil {
		return fmt.Errorf("telling the service manager: %w", err)
	}
	return nil
}
