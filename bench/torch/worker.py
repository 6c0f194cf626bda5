"""Trains one network in PyTorch, on one thread: the peer of ocellus-peers train.

The folder that it is given holds net.json, the network as a list of nodes, and
data.bin, the float32 values of its weights and of one batch. Every line on the
standard input is a number of steps to take; every line on the standard output
says how long they took, and the loss of the last.
"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F


def load(folder):
    with open(folder + "/net.json") as f:
        net = json.load(f)
    data = torch.frombuffer(bytearray(open(folder + "/data.bin", "rb").read()), dtype=torch.float32)
    values, at = {}, 0
    for t in net["tensors"]:
        n = 1
        for d in t["dims"]:
            n *= d
        values[t["name"]] = data[at : at + n].clone().view(t["dims"])
        at += n
    parameters = [values[t["name"]].requires_grad_() for t in net["tensors"] if t["trainable"]]
    return net, values, parameters


def conv(n, x):
    return F.conv2d(x[0], x[1], x[2] if len(x) > 2 else None, n["strides"], n["pads"], 1, n["group"])


def subsample(n, x):
    """Every second pixel, and zeros for further channels: a shortcut of ResNet-20."""
    y = x[0][:, :, :: n["strides"][0], :: n["strides"][1]]
    return F.pad(y, (0, 0, 0, 0, 0, n["channels"] - y.shape[1]))


OPERATIONS = {
    "Conv": conv,
    "Subsample": subsample,
    "BatchNormalization": lambda n, x: F.batch_norm(x[0], x[3], x[4], x[1], x[2], True, 1 - n["momentum"], n["epsilon"]),
    "Relu": lambda n, x: F.relu(x[0]),
    "LeakyRelu": lambda n, x: F.leaky_relu(x[0], n["alpha"]),
    "MaxPool": lambda n, x: F.max_pool2d(x[0], n["kernel"], n["strides"], n["pads"]),
    "GlobalAveragePool": lambda n, x: F.adaptive_avg_pool2d(x[0], 1),
    "Flatten": lambda n, x: torch.flatten(x[0], 1),
    "Gemm": lambda n, x: F.linear(x[0], x[1], x[2]),
    "Add": lambda n, x: x[0] + x[1],
}


def forward(net, constants):
    values = dict(constants)
    for n in net["nodes"]:
        values[n["out"]] = OPERATIONS[n["op"]](n, [values[i] for i in n["in"]])
    return values[net["output"]]


def main(folder):
    torch.set_num_threads(1)
    # What PyTorch itself takes, with its kernels loaded, is no part of the network.
    F.conv2d(torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 3, 3))
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    net, values, parameters = load(folder)
    labels = torch.arange(net["batch"]) % net["classes"]
    optimizer = torch.optim.SGD(parameters, lr=net["rate"], momentum=net["momentum"])

    def step():
        optimizer.zero_grad(set_to_none=True)
        out = forward(net, values)
        if net["loss"] == "cross-entropy":
            loss = F.cross_entropy(out, labels)
        else:
            loss = (out * out).mean() / 2
        loss.backward()
        optimizer.step()
        return loss.item()

    say({"version": torch.__version__, "capability": capability(), "base_rss": base * 1024})
    for line in sys.stdin:
        wall, cpu, loss = [], [], 0.0
        for _ in range(int(line)):
            start, used = time.perf_counter(), time.process_time()
            loss = step()
            wall.append(time.perf_counter() - start)
            cpu.append(time.process_time() - used)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        say({"wall": wall, "cpu": cpu, "loss": loss, "peak_rss": peak * 1024})


def capability():
    for line in torch.__config__.show().splitlines():
        if "CPU capability" in line:
            return line.split()[-1]
    return "unknown"


def say(what):
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
