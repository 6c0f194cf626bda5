module github.com/ocellus-vision/ocellus/bench

go 1.24.0

replace github.com/ocellus-vision/ocellus => ../

require (
	github.com/ocellus-vision/ocellus v0.0.0
	github.com/yalue/onnxruntime_go v1.27.0
	golang.org/x/sys v0.41.0
)

require (
	github.com/alecthomas/kong v1.17.0 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/schollz/progressbar/v3 v3.19.0 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	golang.org/x/image v0.36.0 // indirect
	golang.org/x/term v0.40.0 // indirect
	golang.org/x/text v0.34.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)
