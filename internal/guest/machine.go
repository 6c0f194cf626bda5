package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// machine is what is booted.
type machine struct {
	qemu, cpu      string
	memory         int // MiB
	kernel, initrd string
	share          string // folder that the guest sees as /host
}

func (m *machine) args() []string {
	return []string{
		"-M", "virt", "-accel", "tcg,thread=multi", "-cpu", m.cpu, "-smp", "2", "-m", strconv.Itoa(m.memory),
		"-display", "none", "-nic", "none", "-monitor", "none", "-no-reboot",
		"-kernel", m.kernel, "-initrd", m.initrd,
		"-append", "console=ttyAMA0 panic=-1 rdinit=/init",
		"-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
		"-virtfs", "local,path=" + m.share + ",mount_tag=host,security_model=none,multidevs=remap",
	}
}

// run boots and waits until the guest is switched off, or ctx ends, which
// kills it. The console goes to log as it is, and to out without the kernel's
// own lines.
func (m *machine) run(ctx context.Context, out, log io.Writer) error {
	c := exec.CommandContext(ctx, m.qemu, m.args()...)
	c.WaitDelay = 5 * time.Second
	console, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	c.Stderr = io.MultiWriter(out, log)
	if err := c.Start(); err != nil {
		return err
	}
	relay(console, out, log)
	err = c.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// kernelLine is how the kernel's lines begin: with the time.
var kernelLine = regexp.MustCompile(`^\[ *\d+\.\d{6}\] `)

// relay copies the console line by line, until it ends.
func relay(console io.Reader, out, log io.Writer) {
	start := time.Now()
	for r := bufio.NewReader(console); ; {
		line, err := r.ReadString('\n')
		if line != "" {
			fmt.Fprint(log, line)
			if !kernelLine.MatchString(line) {
				fmt.Fprintf(out, "%6.1fs  %s", time.Since(start).Seconds(), line)
			}
		}
		if err != nil {
			return
		}
	}
}

var errTime = errors.New("the guest did not end in time")
