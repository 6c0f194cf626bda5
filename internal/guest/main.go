package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// carriers are the drivers by which the guest sees /host.
var carriers = []string{"virtio_pci", "9pnet_virtio", "9p"}

type options struct {
	machine
	modules, init string
	load          []string // drivers, each with parameters behind a space
	limit         time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.qemu, "qemu", "qemu-system-aarch64", "the emulator")
	flag.StringVar(&o.cpu, "cpu", "cortex-a72", "the CPU that is emulated")
	flag.IntVar(&o.memory, "memory", 768, "MiB of memory")
	flag.StringVar(&o.kernel, "kernel", "", "the kernel")
	flag.StringVar(&o.modules, "modules", "", "folder of its modules")
	flag.StringVar(&o.init, "init", "", "internal/guest/init, built for the guest")
	flag.StringVar(&o.share, "share", "", "folder that the guest sees as /host; the command lines of its file plan are run, with the variables of its file env, and console.log is written there")
	flag.DurationVar(&o.limit, "timeout", 10*time.Minute, "time after which the guest is killed")
	flag.Func("load", "a driver to load, 'NAME PARAMETER=VALUE …'; may be repeated", func(s string) error {
		o.load = append(o.load, s)
		return nil
	})
	flag.Parse()
	code, err := o.boot()
	if err != nil {
		fmt.Fprintln(os.Stderr, "guest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// boot runs the guest, and returns its exit code. Whenever that is not 0, the
// whole console is printed.
func (o *options) boot() (code int, err error) {
	if _, err := exec.LookPath(o.qemu); err != nil {
		return 1, fmt.Errorf("%w; install it with: sudo apt-get install qemu-system-arm", err)
	}
	if o.share, err = filepath.Abs(o.share); err != nil {
		return 1, err
	}
	o.initrd = filepath.Join(o.share, "initrd.gz")
	if err := o.pack(); err != nil {
		return 1, err
	}
	answer := filepath.Join(o.share, "exit")
	if err := os.Remove(answer); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 1, err
	}
	log, err := os.Create(filepath.Join(o.share, "console.log"))
	if err != nil {
		return 1, err
	}
	defer log.Close()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	ctx, stop := context.WithTimeoutCause(ctx, o.limit, fmt.Errorf("%w, %v", errTime, o.limit))
	defer stop()
	err = o.run(ctx, os.Stdout, log)
	code, unanswered := exitCode(answer)
	if err = errors.Join(err, unanswered); err != nil || code != 0 {
		text, _ := os.ReadFile(log.Name())
		fmt.Printf("\n--- the whole console of the guest, %s:\n%s\n---\n", log.Name(), text)
	}
	return code, err
}

// exitCode reads what the guest left.
func exitCode(file string) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 1, fmt.Errorf("the guest did not come to its end: %w", err)
	}
	code, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 1, fmt.Errorf("the guest's exit code: %w", err)
	}
	return code, nil
}

// pack writes the initial file system: the first process and the drivers.
func (o *options) pack() error {
	found, err := findModules(o.modules)
	if err != nil {
		return err
	}
	for _, l := range append(append([]string(nil), carriers...), o.load...) {
		name, params, _ := strings.Cut(l, " ")
		if err := found.add(name, params); err != nil {
			return err
		}
	}
	first, err := os.ReadFile(o.init)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	a := archive{w: z}
	for _, d := range []string{"dev", "proc", "sys", "tmp", "host", "modules"} {
		a.folder(d)
	}
	a.device("dev/console", 5, 1)
	a.file("init", first)
	var order strings.Builder
	for _, m := range found.list {
		a.file("modules/"+m.name, m.data)
		fmt.Fprintln(&order, m.name, m.params)
	}
	a.file("modules/order", []byte(order.String()))
	if err := errors.Join(a.close(), z.Close()); err != nil {
		return err
	}
	return os.WriteFile(o.initrd, packed.Bytes(), 0o644)
}
