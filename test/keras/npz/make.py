# Writes model.json and weights.npz as Keras 3 and numpy do, and prints what the network makes of the picture of npz.test.ts.
import json
import numpy as np

layers = [
    ("InputLayer", {"batch_shape": [None, 6, 6, 1], "dtype": "float32", "name": "input_layer"}),
    ("Conv2D", {"name": "conv2d", "filters": 3, "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid",
                "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, "activation": "relu", "use_bias": True}),
    ("MaxPooling2D", {"name": "max_pooling2d", "pool_size": [2, 2], "padding": "valid", "strides": [2, 2],
                      "data_format": "channels_last"}),
    ("Flatten", {"name": "flatten", "data_format": "channels_last"}),
    ("Dense", {"name": "dense", "units": 4, "activation": "softmax", "use_bias": True}),
]
model = {
    "module": "keras",
    "class_name": "Sequential",
    "config": {
        "name": "sequential",
        "layers": [
            {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None}
            for kind, config in layers
        ],
    },
    "registered_name": None,
    "keras_version": "3.8.0",
}
with open("model.json", "w") as file:
    json.dump(model, file, indent=2)
    file.write("\n")

random = np.random.default_rng(1)
weights = {
    "sequential/conv2d/kernel": random.normal(0, 0.4, (3, 3, 1, 3)),
    "sequential/conv2d/bias": random.normal(0, 0.1, (3,)),
    "sequential/dense/kernel": random.normal(0, 0.4, (12, 4)),
    "sequential/dense/bias": random.normal(0, 0.1, (4,)),
}
weights = {name: value.astype(np.float32) for name, value in weights.items()}
np.savez("weights.npz", **weights)

kernel, bias, dense, offset = (value.astype(np.float64) for value in weights.values())
x = (np.arange(36) * 37 % 256 / 255).reshape(6, 6, 1)
windows = np.lib.stride_tricks.sliding_window_view(x[:, :, 0], (3, 3))
maps = np.maximum(np.einsum("yxij,ijk->yxk", windows, kernel[:, :, 0, :]) + bias, 0)
pooled = maps.reshape(2, 2, 2, 2, 3).max(axis=(1, 3))
scores = pooled.reshape(-1) @ dense + offset
each = np.exp(scores - scores.max())
print((each / each.sum()).round(7).tolist())
