package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

type camerasCommand struct {
	JSON     bool `help:"Print JSON."`
	Controls bool `help:"List the settings of each camera as well (always in JSON)."`
	find     func() ([]capture.Camera, error)
}

func (c *camerasCommand) Help() string {
	return `Examples:

    ocellus cameras                 what there is, with formats, sizes and rates
    ocellus cameras --controls      and exposure, gain, white balance and so on
    ocellus cameras --json          for programs

Use the name in /dev/v4l/by-id where there is one: it stays the camera's own, while /dev/video0
and /dev/video1 change places. The exit code is 4 when there is no camera that can be used.`
}

// Run lists.
func (c *camerasCommand) Run(env *cli.Env) error {
	find := c.find
	if find == nil {
		find = capture.Cameras
	}
	all, err := find()
	if err != nil {
		return err
	}
	usable := 0
	for _, cam := range all {
		if cam.Reason == "" {
			usable++
		}
	}
	if c.JSON {
		err = env.JSON(all)
	} else {
		err = c.print(env, all)
	}
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return cli.Exit(cli.Missing, errors.New("this machine has no camera that Linux knows of (no /dev/video*): plug one in; in a container pass it in with --device /dev/video0. Without one, detect reads pictures"))
	case usable == 0:
		return cli.Quiet(cli.Missing)
	}
	return nil
}

func (c *camerasCommand) print(env *cli.Env, all []capture.Camera) error {
	for i, cam := range all {
		if i > 0 {
			if err := env.Printf("\n"); err != nil {
				return err
			}
		}
		rows := [][]string{{"camera", cam.Path}}
		if cam.Device != "" {
			rows = append(rows, []string{"device", cam.Device + " (" + cam.Driver + ", " + cam.Bus + ")"})
		}
		for _, n := range cam.Names {
			rows = append(rows, []string{"name", n})
		}
		var unread []string
		for _, f := range cam.Formats {
			if f.Format == "" {
				unread = append(unread, f.FourCC)
			} else {
				rows = append(rows, formatRows(f)...)
			}
		}
		if len(unread) > 0 {
			rows = append(rows, []string{"not read", strings.Join(unread, ", ")})
		}
		if c.Controls {
			for _, k := range cam.Controls {
				rows = append(rows, []string{"control", controlText(k)})
			}
		}
		if cam.Problem != "" {
			rows = append(rows, []string{"problem", cam.Problem})
		}
		if err := env.Table(rows); err != nil {
			return err
		}
	}
	return nil
}

func formatRows(f capture.CameraFormat) (rows [][]string) {
	what := f.Format + " (" + f.FourCC + ")"
	if len(f.Sizes) == 0 {
		return [][]string{{"format", what}}
	}
	for _, s := range f.Sizes {
		rows = append(rows, []string{"format", what + "  " + sizeText(s)})
	}
	return rows
}

func sizeText(s capture.CameraSize) string {
	text := fmt.Sprintf("%d×%d", s.W, s.H)
	if s.MaxW > 0 {
		text += fmt.Sprintf(" to %d×%d", s.MaxW, s.MaxH)
	}
	var rates []string
	for _, r := range s.Rates {
		rates = append(rates, strconv.FormatFloat(r, 'g', 4, 64))
	}
	if len(rates) > 0 {
		text += "  " + strings.Join(rates, ", ") + " fps"
	}
	return text
}

func controlText(k capture.CameraControl) string {
	text := fmt.Sprintf("%s  %d to %d, now %d, at first %d", k.Name, k.Min, k.Max, k.Value, k.Default)
	switch {
	case k.Kind == "button" || k.Kind == "other":
		text = k.Name + "  " + k.Kind
	case k.Inactive:
		text += "; without effect now"
	}
	return text
}
