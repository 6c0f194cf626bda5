#!/bin/sh
# bench-nets.sh DIR: writes the networks that speed is measured on into DIR, in
# float32 and quantised, with weights that are drawn: the same files on every
# machine, but for what the rounding of calibration differs by.
set -eu
dir=$1
host=bin/ocellus-host
mkdir -p "$dir"

for net in lenet5 mobilenetv1 mobilenetv2 squeezenet1.1 resnet18 resnet50 googlenet vgg16 mobilefacenet \
           yolo-fastestv2 fastestdet yolov8n yolov8n@640 yolov4-tiny; do
    name=${net%@*} size=
    case $net in
    yolov8n)     size="--size 320" ;;
    yolov8n@640) size="--size 640" ;;
    esac
    f=$dir/$net.onnx q=$dir/$net-int8.onnx
    [ -s "$f" ] || $host models define "$name" $size --out "$f" >/dev/null
    [ -s "$q" ] || $host quantize "$f" --random-calib 2 --out "$q" >/dev/null
done
