// The networks of the benchmark, written once and turned into cnnc text, Keras-like layers or jax functions by contenders/.

const conv = (filters, kernel, activation, pad = 'valid') => ({ op: 'conv', filters, kernel, activation, pad });
const dense = (units, activation) => ({ op: 'dense', units, activation });
const maxpool = { op: 'maxpool' };
const avgpool = { op: 'avgpool' };
const flatten = { op: 'flatten' };
const softmax = dense(10, 'softmax');

/** Pooling is 2x2 with stride 2. `batch` only where 128 pictures are too slow on a software adapter. No dropout. */
export const networks = {
  digits: { input: [8, 8, 1], layers: [conv(10, 3, 'relu'), maxpool, flatten, dense(50, 'relu'), softmax] },
  mnist: {
    input: [28, 28, 1],
    layers: [conv(32, 5, 'relu'), maxpool, conv(64, 5, 'relu'), maxpool, flatten, dense(1000, 'relu'), softmax],
  },
  lenet5: {
    input: [28, 28, 1],
    layers: [
      ...[conv(6, 5, 'tanh', 'same'), avgpool, conv(16, 5, 'tanh'), avgpool],
      ...[flatten, dense(120, 'tanh'), dense(84, 'tanh'), softmax],
    ],
  },
  cifar10: {
    input: [32, 32, 3],
    layers: [
      ...[conv(32, 3, 'relu'), maxpool, conv(64, 3, 'relu'), maxpool, conv(64, 3, 'relu')],
      ...[flatten, dense(64, 'relu'), softmax],
    ],
  },
  fashion_cnn: {
    batch: 8,
    input: [28, 28, 1],
    layers: [
      ...[conv(64, 7, 'relu', 'same'), maxpool, conv(128, 3, 'relu', 'same'), conv(128, 3, 'relu', 'same'), maxpool],
      ...[conv(256, 3, 'relu', 'same'), conv(256, 3, 'relu', 'same'), maxpool],
      ...[flatten, dense(128, 'relu'), dense(64, 'relu'), softmax],
    ],
  },
};

/** Each layer with its input and output shape, its name as cnnc gives it, and its multiply-adds for one picture. */
export function shaped(network) {
  const count = { conv: 0, dense: 0 };
  let shape = network.input;
  return network.layers.map((layer) => {
    const [h, w, c] = shape;
    const from = shape;
    let macs = 0;
    if (layer.op === 'conv') {
      const less = layer.pad === 'same' ? 0 : layer.kernel - 1;
      shape = [h - less, w - less, layer.filters];
      macs = shape[0] * shape[1] * layer.filters * layer.kernel ** 2 * c;
    } else if (layer.op === 'maxpool' || layer.op === 'avgpool') shape = [Math.floor(h / 2), Math.floor(w / 2), c];
    else if (layer.op === 'flatten') shape = [h * w * c];
    else {
      shape = [layer.units];
      macs = from[0] * layer.units;
    }
    const name = layer.op in count ? `${layer.op}${++count[layer.op]}` : undefined;
    return { ...layer, name, from, to: shape, macs };
  });
}

/** Multiply-adds of a forward pass of one picture. */
export const multiplyAdds = (network) => shaped(network).reduce((sum, layer) => sum + layer.macs, 0);

/** Weights by cnnc's names: convolutions height x width x in x out, dense layers in x out, and biases. */
export function parameters(network) {
  return shaped(network).flatMap(({ op, name, kernel, from, to }) => {
    if (!name) return [];
    const area = op === 'conv' ? kernel ** 2 : 1;
    const [fanIn, out] = [area * from.at(-1), to.at(-1)];
    const shape = op === 'conv' ? [kernel, kernel, from[2], out] : [fanIn, out];
    const limit = Math.sqrt(6 / (fanIn + area * out)); // Glorot
    return [
      { name: `${name}.weight`, shape, limit },
      { name: `${name}.bias`, shape: [out], limit: 0 },
    ];
  });
}

/** The network as cnnc reads it. */
export function cnncText(name, network, batch) {
  const lines = network.layers.map((l) => {
    if (l.op === 'conv') {
      return `conv ${l.filters} ${l.kernel}x${l.kernel}${l.pad === 'same' ? ' pad same' : ''} ${l.activation}`;
    }
    if (l.op === 'dense') return `dense ${l.units} ${l.activation}`;
    return l.op === 'flatten' ? 'flatten' : `${l.op} 2x2`;
  });
  return [
    `model ${name} {`,
    `  input ${network.input.join('x')}`,
    ...lines.map((line) => `  ${line}`),
    '}',
    `train {\n  data mnist\n  loss cross_entropy\n  optimizer adam lr 0.001\n  batch ${batch}\n  epochs 1\n}\n`,
  ].join('\n');
}
