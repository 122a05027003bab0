// The networks of the benchmark, written once and turned into cnnc text, Keras-like layers or jax functions by contenders/.

const conv = (filters, kernel, activation, pad = 'valid') => ({ op: 'conv', filters, kernel, activation, pad });
const dense = (units, activation) => ({ op: 'dense', units, activation });
const maxpool = { op: 'maxpool' };
const avgpool = { op: 'avgpool' };
const flatten = { op: 'flatten' };
const softmax = dense(10, 'softmax');
/** A convolution without bias and its batch normalisation: `pad` is 0 or 1 at each border. */
const normed = (filters, kernel, pad, stride, activation) => [
  { op: 'conv', filters, kernel, pad, stride, bias: false },
  { op: 'batchnorm', activation },
];
/** Two 3x3 convolutions and what they are added to; a stride, or other channels, project it by a 1x1 convolution. */
const block = (filters, stride, project) => ({
  op: 'residual',
  main: [...normed(filters, 3, 1, stride, 'relu'), ...normed(filters, 3, 1, 1)],
  shortcut: project ? normed(filters, 1, 0, stride) : [],
  activation: 'relu',
});

/** He et al. 2015, section 4.2: 6 n + 2 layers for pictures of CIFAR-10. */
const resnet = (n) => ({
  input: [32, 32, 3],
  layers: [
    ...normed(16, 3, 1, 1, 'relu'),
    ...[16, 32, 64].flatMap((filters, stage) =>
      Array.from({ length: n }, (_, i) => {
        const first = stage > 0 && i === 0;
        return block(filters, first ? 2 : 1, first);
      }),
    ),
    { op: 'globalavgpool' },
    softmax,
  ],
});

/** What batch normalisation adds to a variance, and how much of the running means a step keeps, everywhere. */
export const EPSILON = 1e-5;
export const MOMENTUM = 0.9;

/** Pooling is 2x2 with stride 2. No dropout. */
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
    input: [28, 28, 1],
    layers: [
      ...[conv(64, 7, 'relu', 'same'), maxpool, conv(128, 3, 'relu', 'same'), conv(128, 3, 'relu', 'same'), maxpool],
      ...[conv(256, 3, 'relu', 'same'), conv(256, 3, 'relu', 'same'), maxpool],
      ...[flatten, dense(128, 'relu'), dense(64, 'relu'), softmax],
    ],
  },
  // n = 1 (for a quick look), and 3, 5, 7 and 9 blocks a stage.
  resnet8: resnet(1),
  resnet20: resnet(3),
  resnet32: resnet(5),
  resnet44: resnet(7),
  resnet56: resnet(9),
};

/** Rows or columns added at each border. */
const border = ({ pad, kernel }) => (pad === 'same' ? (kernel - 1) / 2 : pad === 'valid' ? 0 : pad);

/**
 * Each layer with its input and output shape, its name as cnnc gives it, and its multiply-adds for one picture. A
 * convolution has `stride`, `border` and `bias`; a residual layer holds such lists in `main` and `shortcut`.
 */
export function shaped(network) {
  const count = { conv: 0, dense: 0, batchnorm: 0 };
  const list = (layers, input) => {
    let shape = input;
    return layers.map((layer) => {
      const [h, w, c] = shape;
      const from = shape;
      let more = {};
      let macs = 0;
      if (layer.op === 'conv') {
        const { kernel, filters, stride = 1, bias = true } = layer;
        more = { stride, bias, border: border(layer) };
        const size = (n) => Math.floor((n + 2 * more.border - kernel) / stride) + 1;
        shape = [size(h), size(w), filters];
        macs = shape[0] * shape[1] * filters * kernel ** 2 * c;
      } else if (layer.op === 'maxpool' || layer.op === 'avgpool') shape = [Math.floor(h / 2), Math.floor(w / 2), c];
      else if (layer.op === 'globalavgpool') shape = [c];
      else if (layer.op === 'flatten') shape = [h * w * c];
      else if (layer.op === 'residual') {
        more = { main: list(layer.main, from), shortcut: list(layer.shortcut, from) };
        shape = more.main.at(-1).to;
        macs = total(more.main) + total(more.shortcut);
      } else if (layer.op === 'dense') {
        shape = [layer.units];
        macs = from[0] * layer.units;
      }
      const name = layer.op in count ? `${layer.op}${++count[layer.op]}` : undefined;
      return { ...layer, ...more, name, from, to: shape, macs };
    });
  };
  return list(network.layers, network.input);
}

const total = (list) => list.reduce((sum, layer) => sum + layer.macs, 0);

/** Multiply-adds of a forward pass of one picture. */
export const multiplyAdds = (network) => total(shaped(network));

/** The layers one after the other, those of residual layers in their places. */
export const flat = (list) => list.flatMap((l) => (l.op === 'residual' ? [...flat(l.main), ...flat(l.shortcut)] : [l]));

/**
 * Weights by cnnc's names: convolutions height x width x in x out, dense layers in x out, and biases. A value is
 * `middle` and up to `limit` more or less: Glorot uniform for weights. Running means are not those of the first batch,
 * so that inference shows whether they are read.
 */
export function parameters(network) {
  return flat(shaped(network)).flatMap(({ op, name, kernel, bias = true, from, to }) => {
    if (!name) return [];
    if (op === 'batchnorm') {
      const own = (part, middle, limit) => ({ name: `${name}.${part}`, shape: [to.at(-1)], middle, limit });
      return [own('gamma', 1, 0), own('beta', 0, 0), own('moving_mean', 0, 0.1), own('moving_variance', 1, 0.2)];
    }
    const area = op === 'conv' ? kernel ** 2 : 1;
    const [fanIn, out] = [area * from.at(-1), to.at(-1)];
    const shape = op === 'conv' ? [kernel, kernel, from[2], out] : [fanIn, out];
    const limit = Math.sqrt(6 / (fanIn + area * out)); // Glorot
    return [
      { name: `${name}.weight`, shape, middle: 0, limit },
      ...(bias ? [{ name: `${name}.bias`, shape: [out], middle: 0, limit: 0 }] : []),
    ];
  });
}

/** The network as cnnc reads it. */
export function cnncText(name, network, batch) {
  const line = (l) => {
    const activation = l.activation ? ` ${l.activation}` : '';
    if (l.op === 'conv') {
      const { kernel: k, stride, border: pad, bias } = l;
      const words = `${stride > 1 ? ` stride ${stride}` : ''}${pad > 0 ? ` pad ${pad}` : ''}${bias ? '' : ' nobias'}`;
      return [`conv ${l.filters} ${k}x${k}${words}${activation}`];
    }
    if (l.op === 'dense') return [`dense ${l.units}${activation}`];
    if (l.op === 'batchnorm') return [`batchnorm momentum ${MOMENTUM} epsilon ${EPSILON}${activation}`];
    if (l.op === 'globalavgpool') return ['global_avgpool'];
    if (l.op === 'flatten') return ['flatten'];
    if (l.op !== 'residual') return [`${l.op} 2x2`];
    const branch = (list) => ['  branch {', ...list.flatMap(line).map((s) => `    ${s}`), '  }'];
    return ['add {', ...branch(l.main), ...branch(l.shortcut), '}', l.activation];
  };
  return [
    `model ${name} {`,
    `  input ${network.input.join('x')}`,
    ...shaped(network)
      .flatMap(line)
      .map((s) => `  ${s}`),
    '}',
    `train {\n  data mnist\n  loss cross_entropy\n  optimizer adam lr 0.001\n  batch ${batch}\n  epochs 1\n}\n`,
  ].join('\n');
}
