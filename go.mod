module github.com/ocellus-vision/ocellus

go 1.24.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/coreos/go-systemd/v22 v22.7.0
	github.com/schollz/progressbar/v3 v3.19.0
	github.com/x448/float16 v0.8.4
	go.yaml.in/yaml/v4 v4.0.0
	gocv.io/x/gocv v0.43.0
	golang.org/x/image v0.36.0
	golang.org/x/sys v0.41.0
	golang.org/x/term v0.40.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	golang.org/x/text v0.34.0 // indirect
)
