package capture

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// tie has a child end with this process, whatever becomes of that, and makes
// it a group of its own, so that it is ended with all that it starts. The
// kernel ends it with the thread that started it: Go keeps its threads, but
// for those that a goroutine was locked to when it ended, and none is here.
func tie(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

func kill(p *os.Process) {
	// That it has ended already is all that can go wrong.
	_ = unix.Kill(-p.Pid, unix.SIGKILL)
}
