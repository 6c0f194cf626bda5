//go:build linux

// Command init is the first process of a guest (internal/guest): it makes the
// file systems, loads the drivers of /modules in the order of /modules/order,
// runs the command lines of /host/plan one after the other with the variables
// of /host/env, writes the exit code of the first that failed to /host/exit,
// and switches the machine off.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// basics are variables that all commands get, besides those of /host/env.
var basics = []string{"PATH=/host", "HOME=/tmp", "TMPDIR=/tmp"}

func main() {
	code, err := serve()
	if err != nil {
		fmt.Println("guest:", err)
		code = 1
	}
	// Without this file the host takes the guest for broken.
	if err := os.WriteFile("/host/exit", fmt.Appendln(nil, code), 0o644); err != nil {
		fmt.Println("guest:", err)
	}
	unix.Sync()
	if err := unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF); err != nil {
		fmt.Println("guest: switching off:", err)
	}
	select {}
}

func serve() (code int, err error) {
	start := time.Now()
	for _, m := range [][2]string{{"devtmpfs", "/dev"}, {"proc", "/proc"}, {"sysfs", "/sys"}, {"tmpfs", "/tmp"}} {
		if err := unix.Mount(m[0], m[1], m[0], 0, ""); err != nil {
			return 0, fmt.Errorf("mounting %s: %w", m[1], err)
		}
	}
	if err := load(); err != nil {
		return 0, err
	}
	// Not all kernels have it, nor all tests want it.
	_ = unix.Mount("configfs", "/sys/kernel/config", "configfs", 0, "")
	if err := unix.Mount("host", "/host", "9p", 0, "trans=virtio,version=9p2000.L,cache=mmap,msize=262144"); err != nil {
		return 0, fmt.Errorf("mounting /host: %w", err)
	}
	plan, err := os.ReadFile("/host/plan")
	if err != nil {
		return 0, err
	}
	env, err := os.ReadFile("/host/env")
	if err != nil {
		return 0, err
	}
	fmt.Printf("guest: ready after %v\n", time.Since(start).Round(time.Millisecond))
	for line := range strings.Lines(string(plan)) {
		if c := step(strings.Fields(line), append(basics, strings.Fields(string(env))...)); c != 0 && code == 0 {
			code = c
		}
	}
	return code, nil
}

// load puts the drivers into the kernel.
func load() error {
	order, err := os.ReadFile("/modules/order")
	if err != nil {
		return err
	}
	for _, line := range strings.Split(strings.TrimSpace(string(order)), "\n") {
		name, params, _ := strings.Cut(line, " ")
		f, err := os.Open("/modules/" + name)
		if err != nil {
			return err
		}
		err = unix.FinitModule(int(f.Fd()), params, 0)
		f.Close()
		if err != nil {
			return fmt.Errorf("loading the driver %s: %w", name, err)
		}
	}
	return nil
}

// step runs a command line, and returns its exit code.
func step(args, env []string) int {
	if len(args) == 0 {
		return 0
	}
	fmt.Println("guest: $", strings.Join(args, " "))
	c := exec.Command(args[0], args[1:]...)
	c.Stdout, c.Stderr, c.Dir, c.Env = os.Stdout, os.Stderr, "/tmp", env
	start := time.Now()
	err := c.Run()
	var ended *exec.ExitError
	code := 0
	switch {
	case errors.As(err, &ended):
		code = ended.ExitCode()
		if code < 0 {
			code = 128 // a signal ended it, as shells have it
			fmt.Println("guest:", err)
		}
	case err != nil:
		fmt.Println("guest:", err)
		code = 127
	}
	fmt.Printf("guest: exit code %d after %.1f s\n", code, time.Since(start).Seconds())
	return code
}
