"""PyTorch eager, float32 without TF32, on a graphics card: the same network, weights, pictures and steps as the others.

Started by run.mjs as `python3 torch_eager.py JOB`, JOB being JSON with {kind, name, batch, seconds, limit, spawned, base,
weights}; prints what it measured as JSON on the last line, with the fields of child.mjs. `base` names the files that
support/bundle.mjs dumps: base.json (layers), base.pictures and base.labels (bytes); `weights` is a safetensors file.
"""

import base64
import json
import resource
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

MOMENTUM = 0.9
EPSILON = 1e-5
ACTIVATIONS = {"relu": F.relu, "tanh": torch.tanh, "softmax": lambda x: x, None: lambda x: x}


class Layers(nn.Module):
    """A list of layers as networks.mjs has them, run one after the other. Scores, no softmax."""

    def __init__(self, layers, weights):
        super().__init__()
        self.layers = layers
        self.parts = nn.ModuleList([self.make(layer, weights) for layer in layers])

    @staticmethod
    def make(layer, weights):
        op, name = layer["op"], layer.get("name")

        def value(part):
            return weights[f"{name}.{part}"]

        if op == "conv":
            made = nn.Conv2d(
                layer["from"][2], layer["filters"], layer["kernel"],
                stride=layer["stride"], padding=layer["border"], bias=layer["bias"],
            )
            made.weight.data = value("weight").permute(3, 2, 0, 1).contiguous()
            if layer["bias"]:
                made.bias.data = value("bias").clone()
            return made
        if op == "dense":
            made = nn.Linear(layer["from"][0], layer["units"])
            made.weight.data = value("weight").t().contiguous()
            made.bias.data = value("bias").clone()
            return made
        if op == "batchnorm":
            # torch calls 1 - momentum momentum, and keeps the unbiased variance; neither changes a step's losses.
            made = nn.BatchNorm2d(layer["to"][2], eps=EPSILON, momentum=1 - MOMENTUM)
            made.weight.data = value("gamma").clone()
            made.bias.data = value("beta").clone()
            made.running_mean.data = value("moving_mean").clone()
            made.running_var.data = value("moving_variance").clone()
            return made
        if op == "residual":
            return nn.ModuleList([Layers(layer["main"], weights), Layers(layer["shortcut"], weights)])
        return nn.Identity()

    def forward(self, x):
        for layer, part in zip(self.layers, self.parts):
            op = layer["op"]
            if op in ("conv", "dense", "batchnorm"):
                x = part(x)
            elif op == "residual":
                x = part[0](x) + part[1](x)
            elif op == "maxpool":
                x = F.max_pool2d(x, 2)
            elif op == "avgpool":
                x = F.avg_pool2d(x, 2)
            elif op == "globalavgpool":
                x = x.mean((2, 3))
            elif op == "flatten":
                # Height, width, channel: the order of the other contenders' weights.
                x = x.permute(0, 2, 3, 1).flatten(1)
            x = ACTIVATIONS[layer.get("activation")](x)
        return x


def read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    body = bytearray(content[8 + length :])
    whole = torch.frombuffer(body, dtype=torch.float32)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = whole[begin // 4 : end // 4].reshape(entry["shape"])
    return tensors


def batches_of(base, spec, device):
    batch, shape = spec["batch"], spec["input"]
    with open(f"{base}.pictures", "rb") as file:
        pictures = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)
    with open(f"{base}.labels", "rb") as file:
        labels = torch.frombuffer(bytearray(file.read()), dtype=torch.int32)
    x = pictures.reshape(-1, *shape).permute(0, 3, 1, 2).to(torch.float32) * spec["scale"]
    count = x.shape[0] // batch
    return [
        (
            x[i * batch : (i + 1) * batch].contiguous().to(device),
            labels[i * batch : (i + 1) * batch].to(torch.int64).to(device),
        )
        for i in range(count)
    ]


def median(values):
    ordered = sorted(values)
    return (ordered[len(ordered) // 2] + ordered[(len(ordered) - 1) // 2]) / 2


def times(job, least, once):
    """Seconds of single calls, as child.mjs takes them."""
    every, began = [], time.perf_counter()
    while True:
        start = time.perf_counter()
        once()
        now = time.perf_counter()
        every.append(now - start)
        if now - began >= job["seconds"] and len(every) >= least:
            return every
        if now - began >= job["limit"] and len(every) >= 2:
            return every


def training(job, model, batches):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, betas=(0.9, 0.999), eps=1e-8)
    model.train()
    losses, state = [], {"step": 0}

    def run(count):
        for _ in range(count):
            x, y = batches[state["step"] % len(batches)]
            state["step"] += 1
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())  # waits for the loss of the last step

    def synchronised():
        run(1)
        if torch.cuda.is_available():
            torch.cuda.synchronize()

    synchronised()
    first = 1000 * time.time() - job["spawned"]
    for _ in range(3):
        synchronised()
    every = times(job, 6, synchronised)
    one = median(every)
    group = max(1, min(64, round(0.12 / one)))
    pipelined = one
    if group > 1:
        run(group)
        pipelined = median(times(job, 3, lambda: run(group))) / group
    return {
        "first": first,
        "train": job["batch"] / one,
        "pipelined": job["batch"] / pipelined,
        "measured": len(every),
        "group": group,
        "losses": losses[:4],
        "last": losses[-1],
        "steps": state["step"],
    }


def inferring(job, model, batches):
    model.eval()
    state = {"i": 0, "output": None}

    def run():
        x, _ = batches[state["i"] % len(batches)]
        state["i"] += 1
        with torch.no_grad():
            state["output"] = F.softmax(model(x), dim=1).cpu()

    run()
    first = 1000 * time.time() - job["spawned"]
    raw = struct.pack(f"<{state['output'].numel()}f", *state["output"].flatten().tolist())
    run()
    every = times(job, 6, run)
    return {
        "first": first,
        "infer": job["batch"] / median(every),
        "measured": len(every),
        "output": base64.b64encode(raw).decode("ascii"),
    }


def main():
    job = json.loads(sys.argv[1])
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with open(f"{job['base']}.json", encoding="utf8") as file:
        spec = json.load(file)
    model = Layers(spec["layers"], read_safetensors(job["weights"])).to(device)
    batches = batches_of(job["base"], spec, device)
    found = training(job, model, batches) if job["kind"] == "train" else inferring(job, model, batches)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    name = torch.cuda.get_device_name(0) if device == "cuda" else "the processor"
    print(
        json.dumps(
            {
                **found,
                "megabytes": usage.ru_maxrss / 1024,
                "used": usage.ru_utime + usage.ru_stime,
                "adapter": name,
                "info": f"eager, float32, TF32 off, Adam, cudnn.benchmark, on {name}",
                "versions": {"torch": torch.__version__},
            }
        )
    )


if __name__ == "__main__":
    main()
