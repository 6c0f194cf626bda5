package serve

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

var (
	mCPU     = &metric{counter, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", nil}
	mOpenFDs = &metric{gauge, "process_open_fds", "Number of open file descriptors.", nil}
	mMaxFDs  = &metric{gauge, "process_max_fds", "Maximum number of open file descriptors.", nil}
	mVirtual = &metric{gauge, "process_virtual_memory_bytes", "Virtual memory size in bytes.", nil}
	mMost    = &metric{gauge, "process_virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes.", nil}
	mRSS     = &metric{gauge, "process_resident_memory_bytes", "Resident memory size in bytes.", nil}
	mStart   = &metric{gauge, "process_start_time_seconds", "Start time of the process since unix epoch in seconds.", nil}
	mHeard   = &metric{counter, "process_network_receive_bytes_total", "Number of bytes received by the process over the network.", nil}
	mSaid    = &metric{counter, "process_network_transmit_bytes_total", "Number of bytes sent by the process over the network.", nil}
)

// procfs is where Linux tells of processes. Tests have their own.
var procfs = "/proc"

// ticks is in how many parts of a second Linux tells times to programs, on
// every architecture that we build for.
const ticks = 100

// process sends what Linux tells of this process, under the names and with the
// help that Prometheus' client libraries have in common; what it does not tell
// is left out. See proc(5) for the files.
func process(send func(*metric, float64, ...string)) {
	if f := statFields(); f != nil {
		send(mCPU, (number(f[11])+number(f[12]))/ticks)
		send(mVirtual, number(f[20]))
		send(mRSS, number(f[21])*float64(os.Getpagesize()))
		if booted := number(after("stat", "btime")); booted > 0 {
			send(mStart, booted+number(f[19])/ticks)
		}
	}
	if names, err := os.ReadDir(filepath.Join(procfs, "self/fd")); err == nil {
		send(mOpenFDs, float64(len(names)))
	}
	if most := after("self/limits", "Max open files"); most != "" {
		send(mMaxFDs, number(most))
	}
	if most := after("self/limits", "Max address space"); most != "" {
		send(mMost, number(most))
	}
	if heard, said, ok := octets(); ok {
		send(mHeard, heard)
		send(mSaid, said)
	}
}

// statFields returns the fields of /proc/self/stat that follow the name of the
// program, which may hold anything; nil for none.
func statFields() []string {
	const told = 22 // fields that are read here
	b, _ := os.ReadFile(filepath.Join(procfs, "self/stat"))
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < told {
		return nil
	}
	return fields
}

// after returns the word that follows these in a file, "" for none.
func after(file, words string) string {
	b, _ := os.ReadFile(filepath.Join(procfs, file))
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, words+" "); ok {
			if f := strings.Fields(rest); len(f) > 0 {
				return f[0]
			}
		}
	}
	return ""
}

// octets returns the bytes that came and went over the network. The file has
// pairs of lines, with names and with values.
func octets() (in, out float64, ok bool) {
	b, _ := os.ReadFile(filepath.Join(procfs, "self/net/netstat"))
	var names []string
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] != "IpExt:" {
			continue
		}
		if names == nil {
			names = fields
			continue
		}
		for i := range min(len(names), len(fields)) {
			switch names[i] {
			case "InOctets":
				in, ok = number(fields[i]), true
			case "OutOctets":
				out = number(fields[i])
			}
		}
	}
	return in, out, ok
}

// number reads a number of a file of Linux; "unlimited" is the largest that it
// could be.
func number(s string) float64 {
	if s == "unlimited" {
		return 1 << 64
	}
	v, _ := strconv.ParseFloat(s, 64) // what is no number counts as none
	return v
}
