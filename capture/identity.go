package capture

import (
	"slices"
	"strings"
)

// identity is what a camera is known by when it comes back under another
// path, as it does after it was unplugged.
type identity struct {
	names  []string // of /dev/v4l/by-id: maker, model and serial number
	device string
	bus    string
}

// identityOf finds the camera that was opened by a path.
func identityOf(all []Camera, path string) (id identity, ok bool) {
	for i := range all {
		if c := &all[i]; c.Path == path {
			return identity{idNames(c), c.Device, c.Bus}, c.Device != ""
		}
	}
	return id, false
}

func idNames(c *Camera) (ids []string) {
	for _, n := range c.Names {
		if strings.Contains(n, "/by-id/") {
			ids = append(ids, n)
		}
	}
	return ids
}

// path returns where the camera is now: by its lasting name, else by its own
// name at the same connector, else by its own name where only one has it.
func (id *identity) path(all []Camera) (string, bool) {
	var same []*Camera
	for i := range all {
		c := &all[i]
		if slices.ContainsFunc(idNames(c), func(n string) bool { return slices.Contains(id.names, n) }) {
			return c.Path, true
		}
		if len(id.names) == 0 && c.Device == id.device {
			same = append(same, c)
		}
	}
	for _, c := range same {
		if c.Bus == id.bus {
			return c.Path, true
		}
	}
	if len(same) == 1 {
		return same[0].Path, true
	}
	return "", false
}

// numbered reports whether a spec names a camera by what changes when it is
// plugged in again.
func numbered(spec string) bool {
	if strings.HasPrefix(spec, "/dev/video") {
		return true
	}
	name, ok := strings.CutPrefix(spec, "camera:")
	return spec == "camera" || ok && strings.Trim(name, "0123456789") == ""
}

// locate returns what to open for a camera that was open before. Where it is
// not found and its number is another camera's now, that is not taken instead.
func (id *identity) locate(spec string, cameras func() ([]Camera, error)) (string, error) {
	all, err := cameras()
	if err != nil {
		return spec, nil // opening it will tell why
	}
	if path, ok := id.path(all); ok {
		return path, nil
	}
	if spec == "camera" {
		return spec, nil
	}
	return "", &ErrCapture{Source: spec, Reason: NotFound, Why: id.device + " has gone", Cure: "plug it in again"}
}
