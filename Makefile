# Everything that a person or CI does with Ocellus. `make help` lists it.

GO       ?= go
OUT      ?= demo-out
FLAGS     = -trimpath -ldflags "-s -w -X github.com/ocellus-vision/ocellus/internal/cli.release=$(VERSION)"
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
SOURCES  := $(shell find . -name '*.go' -o -name '*.s' -o -name '*.h' -o -name go.mod | grep -v '^./node_modules')
# Real photographs with faces, as an npm package publishes them.
PICTURES  = @vladmandic/face-api@1.7.15
MODELS    = blazeface-front blazeface-back
# What tells people apart, beside the detector.
FACES     = face-landmark-68 face-128
# What is held against ONNX Runtime: NETS="a.onnx b.onnx" says otherwise.
NETS     ?= $(MODELS) $(wildcard ../shared/data/models/*/*.onnx)
# Networks that test-exact takes: all, or few.
EXACT    ?= all
# Networks whose memory is measured, those for fully connected layers, and those for two threads.
MEASURED  = $(foreach n,mobilenetv1 resnet18 yolo-fastestv2 mobilefacenet,$(OUT)/nets/$(n).onnx $(OUT)/nets/$(n)-int8.onnx)
CONNECTED = $(foreach n,vgg16 resnet50 mobilenetv1,$(OUT)/nets/$(n).onnx $(OUT)/nets/$(n)-int8.onnx)
THREADED  = $(foreach n,resnet18 mobilenetv1,$(OUT)/nets/$(n).onnx $(OUT)/nets/$(n)-int8.onnx)
# How long test-soak lasts.
SOAK     ?= 60s
# Digits to train on: four IDX files in a folder.
MNIST    ?= mnist:../shared/data/datasets/mnist
CPUS      = cortex-a53 cortex-a72 max

# Of OpenCV only what reads videos: other modules of gocv want a newer one
# than Debian 12's.
GOCV      = -tags gocv,gocv_specific_modules,gocv_videoio

export CGO_ENABLED = 0

.PHONY: help demo test test-race test-soak soak test-arm64 test-device test-exact test-gocv build build-arm64 build-gocv bench results bench-peers bench-peers-avx2 bench-train layers-int8 memory-peers threads connected train-mnist train-fashion train-cifar agree-peers fetch-peers lint clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: bin/ocellus bin/ocellus-host ## find the faces in real photographs, say who looks like whom, and show it on pages
	@scripts/need.sh npm
	@bin/ocellus-host models fetch $(MODELS) $(FACES)
	@scripts/pictures.sh $(PICTURES) $(OUT)/photographs
	@bin/ocellus detect $(OUT)/photographs --model blazeface-back --out $(OUT) --text
	@bin/ocellus face compare $(OUT)/photographs --out $(OUT)/faces --text || test $$? -eq 1

test: ## every test that this machine can run; skipped ones say what they lack
	@scripts/need.sh onnx-testdata
	$(GO) test ./...

test-race: ## the concurrent packages under the race detector (needs gcc)
	@scripts/need.sh gcc
	CGO_ENABLED=1 $(GO) test -race -short . ./nn/plan ./kernels ./vision/... ./face ./capture/... ./pipeline/... ./internal/watchdog

test-soak: ## memory of a run at 30 frames a second does not grow (SOAK=30m is the long one)
	OCELLUS_SOAK=$(SOAK) $(GO) test ./cmd/ocellus -run TestSoak -v -timeout 0

soak: bin/ocellus ## resident memory of half an hour's run (CLIP=FILE, MINUTES=30), into docs/results
	scripts/soak.sh "$(or $(CLIP),synthetic:640x480@30)" "$(or $(MINUTES),30)" > docs/results/soak.md

test-arm64: build build-arm64 ## kernels, plans and detections on emulated ARM CPUs
	@scripts/need.sh qemu
	PICTURES="$(PICTURES)" scripts/test-arm64.sh $(CPUS)

test-device: build build-arm64 ## cameras: an emulated ARM machine boots with virtual ones, and the device's binary runs on them
	@scripts/need.sh qemu-system
	@scripts/need.sh npm
	@scripts/pictures.sh $(PICTURES) $(OUT)/photographs
	scripts/test-device.sh $(OUT)/photographs

test-exact: ## 8-bit networks give the same bits by every row, number of threads and architecture (EXACT=few: in a minute)
	@scripts/need.sh qemu
	scripts/test-exact.sh $(EXACT)

build: bin/ocellus bin/ocellus-host ## bin/ocellus (device) and bin/ocellus-host

build-arm64: bin/linux-arm64/ocellus bin/linux-arm64/ocellus-host ## the same for Raspberry Pi and Jetson, static

build-gocv: ## bin/gocv/ocellus, which reads whatever OpenCV opens (needs libopencv-dev)
	@scripts/need.sh opencv
	@mkdir -p bin/gocv
	CGO_ENABLED=1 $(GO) build $(GOCV) $(FLAGS) -o bin/gocv/ocellus ./cmd/ocellus

test-gocv: ## the sources that OpenCV and ffmpeg read, and that faces in a video are the same by OpenCV as by us
	@scripts/need.sh opencv
	@scripts/need.sh ffmpeg
	CGO_ENABLED=1 $(GO) vet $(GOCV) ./capture ./cmd/ocellus
	CGO_ENABLED=1 OPENCV_LOG_LEVEL=ERROR $(GO) test $(GOCV) ./capture
	CGO_ENABLED=1 OPENCV_LOG_LEVEL=ERROR $(GO) test $(GOCV) ./cmd/ocellus -run Gocv

bin/%: $(SOURCES)
	@mkdir -p $(@D)
	$(GO) build $(FLAGS) -o $@ ./cmd/$*

bin/linux-arm64/%: $(SOURCES)
	@mkdir -p $(@D)
	GOOS=linux GOARCH=arm64 $(GO) build $(FLAGS) -o $@ ./cmd/$*

bench: ## speed of the kernels and of whole layers, as shares of this core's peak
	$(GO) test ./kernels ./nn/plan ./vision ./capture/... -run '^$$' -bench . -benchtime 0.3s

results: build build-arm64 ## measure what README quotes, into docs/results
	@scripts/need.sh time
	@scripts/need.sh onnx-testdata
	@bin/ocellus-host models fetch $(MODELS)
	@scripts/pictures.sh $(PICTURES) $(OUT)/photographs
	scripts/results.sh layers "Layers of ResNet-18 on one thread, and their share of the core's measured peak: kernels in direct form, then plans, which may do with fewer multiplications (Winograd)" \
		$(GO) test ./kernels ./nn/plan -run '^$$' -bench 'GemmF32Layer/avx|ResNetLayers' -benchtime 0.5s
	scripts/results.sh footprint "Size, start and memory" scripts/footprint.sh $(OUT)/photographs/sample1.jpg
	scripts/results.sh conformance "ONNX backend tests of Debian's libonnx-testdata" \
		bin/ocellus-host conformance /usr/share/libonnx-testdata/data

bench-peers: bin/ocellus-peers fetch-peers ## speed of the bench nets, float32 and int8, against ONNX Runtime's, into docs/results
	scripts/bench-nets.sh bin/nets
	bin/ocellus-peers time --out docs/results bin/nets/*.onnx $(MODELS)

bench-peers-avx2: bin/ocellus-peers fetch-peers ## the same, with both engines kept from what the CPU has beyond AVX2
	@scripts/need.sh objdump
	scripts/bench-nets.sh bin/nets
	bin/ocellus-peers time --cap avx2 --out docs/results bin/nets/*.onnx $(MODELS)

layers-int8: bin/ocellus-host ## layers of the bench nets in 8-bit integers against float32, written to docs/results
	scripts/bench-nets.sh bin/nets
	scripts/results.sh layers-int8 "Layers in 8-bit integers against float32, on one thread" $(GO) run ./internal/layers bin/nets/*-int8.onnx

agree-peers: bin/ocellus-peers fetch-peers ## answers of NETS against ONNX Runtime's
	bin/ocellus-peers agree $(NETS)

memory-peers: bin/ocellus bin/ocellus-peers fetch-peers $(MEASURED) ## memory of networks against ONNX Runtime's, written to docs/results
	scripts/results.sh memory "Peak memory and first results, beside ONNX Runtime" bin/ocellus-peers memory $(MEASURED)

threads: bin/ocellus $(THREADED) ## two threads against one, written to docs/results
	scripts/results.sh threads "Two threads against one" scripts/threads.sh $(THREADED)

bench-train: bin/ocellus-peers ## speed and memory of training against PyTorch's, into docs/results
	@scripts/need.sh torch
	bin/ocellus-peers train --out docs/results

connected: bin/ocellus $(CONNECTED) ## fully connected layers, held against the speed of memory, written to docs/results
	scripts/results.sh connected "Fully connected layers of one picture, and the speed of memory, which binds them" scripts/connected.sh $(CONNECTED)

train-mnist: bin/ocellus-host ## LeNet-5 on MNIST with five seeds, into docs/results and models/weights (MNIST=SPEC)
	SHIP=yes scripts/results.sh train-mnist "LeNet-5 on MNIST, five seeds" \
		scripts/train-seeds.sh lenet5 $(MNIST) lenet5-mnist --threads 2 --licence Apache-2.0 \
		--about "MNIST (LeCun, Cortes and Burges; CC BY-SA 3.0): 30,000 of its 60,000 training pictures"

train-fashion: bin/ocellus-host ## the same on Fashion-MNIST, of Debian's dataset-fashion-mnist (SEEDS="1 2")
	scripts/results.sh train-fashion "LeNet-5 on Fashion-MNIST" scripts/train-seeds.sh lenet5 fashion: lenet5-fashion --threads 2

# Networks of CIFAR-10, by their names in models/weights and docs/results. The
# small forms have a quarter of the channels; few epochs, since the figures are
# to show that they learn.
CIFAR ?= cifar10:../shared/data/datasets/cifar10_jpeg
cifar-resnet20    = resnet20 --epochs 45 --augment mirror,crop:4,colour:0.15@0.5,cutout:10@0.5 --smoothing 0.1 --validation 0.03
cifar-mobilenetv2 = mobilenetv2 --epochs 15
cifar-vgg16       = vgg16 --width 0.25 --epochs 8
cifar-alexnet     = alexnet --width 0.25 --epochs 8
cifar-googlenet   = googlenet --width 0.25 --epochs 8
shipped-resnet20    = yes
shipped-mobilenetv2 = yes

train-cifar: train-cifar-resnet20 train-cifar-mobilenetv2 train-cifar-vgg16 train-cifar-alexnet train-cifar-googlenet ## five networks on CIFAR-10, two of them for models/weights; two to three hours (CIFAR=SPEC)

train-cifar-%: bin/ocellus-host
	SEEDS=1 SHIP=$(shipped-$*) scripts/results.sh train-cifar-$* "$(firstword $(cifar-$*)) on CIFAR-10" \
		scripts/train-seeds.sh $(firstword $(cifar-$*)) $(CIFAR) $(firstword $(cifar-$*))-cifar10 --threads 2 \
		$(wordlist 2,99,$(cifar-$*)) --licence Apache-2.0 \
		--about "CIFAR-10 (Krizhevsky 2009; its authors state no licence): 50,000 training pictures as JPEGs of quality 75"

# Networks to be measured: their weights are drawn, not trained.
$(OUT)/nets/%-int8.onnx: $(OUT)/nets/%.onnx
	bin/ocellus-host quantize $< --random-calib 4 --out $@

$(OUT)/nets/%.onnx: | bin/ocellus-host
	@mkdir -p $(@D)
	bin/ocellus-host models define $* --out $@

fetch-peers: bin/ocellus-host
	@scripts/onnxruntime.sh
	@bin/ocellus-host models fetch $(MODELS)

bin/ocellus-peers: $(SOURCES)
	@scripts/need.sh gcc
	@mkdir -p $(@D)
	cd bench && CGO_ENABLED=1 $(GO) build $(FLAGS) -o ../$@ .

lint: ## formatting, vet for every target, static analysis
	scripts/lint.sh

clean: ## remove what the other targets made
	rm -rf bin $(OUT)
