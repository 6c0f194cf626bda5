// Package webcam is a USB camera that is a program. The kernel takes it for a
// real one: its USB host controller of no hardware (vhci_hcd) speaks USB/IP
// with this package, and its driver of webcams (uvcvideo) does the rest. Tests
// have their ways with it: it shows any picture, and is plugged and unplugged.
//
// The sources are the USB Device Class Definition for Video Devices 1.1, whose
// names the fields below have, and the kernel's Documentation/usb/usbip_protocol.rst.
package webcam
