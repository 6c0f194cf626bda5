//go:build !linux || (!amd64 && !arm64)

package v4l2

import (
	"errors"
	"time"
)

// Device is a camera, of which there are none without Video4Linux2.
type Device struct{ Info Info }

// Open says that there is no such interface.
func Open(string) (*Device, error) { return nil, errors.ErrUnsupported }

// List finds nothing.
func List() ([]Found, error) { return nil, errors.ErrUnsupported }

// The methods below serve no purpose here but to compile.

func (d *Device) Formats() ([]Format, error)                 { return nil, errors.ErrUnsupported }
func (d *Device) Controls() ([]Control, error)               { return nil, errors.ErrUnsupported }
func (d *Device) SetControl(uint32, int) error               { return errors.ErrUnsupported }
func (d *Device) SetFormat(FourCC, int, int) (Config, error) { return Config{}, errors.ErrUnsupported }
func (d *Device) SetRate(float64) (float64, error)           { return 0, errors.ErrUnsupported }
func (d *Device) Start(int) error                            { return errors.ErrUnsupported }
func (d *Device) Wait(time.Duration) error                   { return errors.ErrUnsupported }
func (d *Device) Wake()                                      {}
func (d *Device) Take(*Buffer) error                         { return errors.ErrUnsupported }
func (d *Device) Give(int) error                             { return errors.ErrUnsupported }
func (d *Device) Stop() error                                { return errors.ErrUnsupported }
func (d *Device) Close() error                               { return errors.ErrUnsupported }
