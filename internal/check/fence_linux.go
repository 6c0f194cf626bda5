package check

import "golang.org/x/sys/unix"

// mapFenced maps n bytes, a multiple of page, between two pages without access.
func mapFenced(n, page int) (mem []byte, unmap func(), err error) {
	all, err := unix.Mmap(-1, 0, n+2*page, unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	mem = all[page : page+n : page+n]
	if err := unix.Mprotect(mem, unix.PROT_READ|unix.PROT_WRITE); err != nil {
		_ = unix.Munmap(all)
		return nil, nil, err
	}
	return mem, func() { _ = unix.Munmap(all) }, nil
}
