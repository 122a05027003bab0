// jax-js on its WebGPU backend: the whole training step (forward, backward, Adam) is one jitted function.
import { readFileSync } from 'node:fs';
import { BATCHES, floatBatches, pictures, toNCHW, weights } from '../data.mjs';
import { EPSILON, flat, MOMENTUM, shaped } from '../networks.mjs';
import { adapterName, browser } from '../support/browser.mjs';

/** height x width x in x out as out x in x height x width. */
function toOIHW({ shape: [h, w, c, n], values }) {
  const out = new Float32Array(values.length);
  for (let p = 0, at = 0; p < h * w; p++)
    for (let i = 0; i < c; i++) for (let o = 0; o < n; o++) out[(o * c + i) * h * w + p] = values[at++];
  return { shape: [n, c, h, w], values: out };
}

/** Rows of the dense layer after a flattening, from the order height, width, channel to channel, height, width. */
function afterFlatten({ shape, values }, [h, w, c]) {
  const out = new Float32Array(values.length);
  const n = shape[1];
  for (let p = 0; p < h * w; p++)
    for (let i = 0; i < c; i++) out.set(values.subarray((p * c + i) * n, (p * c + i + 1) * n), (i * h * w + p) * n);
  return { shape, values: out };
}

export async function open({ network, batch, remedy, kind }) {
  await browser(remedy);
  const { defaultDevice, init, jit, lax, nn, numpy: np, tree, valueAndGrad } = await import('@jax-js/jax');
  if (!(await init('webgpu')).includes('webgpu')) throw new Error('jax-js does not take its WebGPU backend');
  defaultDevice('webgpu');
  const layers = shaped(network);
  const array = ({ shape, values }) => np.array(values, { shape });

  /** Windows of 2x2 side by side; a last odd row or column is left out. Never slower than lax.reduceWindow here. */
  const pool = (x, l, reduce) => {
    const [h, w, c] = l.from;
    const even = h % 2 || w % 2 ? x.slice([], [], [0, h - (h % 2)], [0, w - (w % 2)]) : x;
    return reduce(even.reshape([batch, c, h >> 1, 2, w >> 1, 2]), [3, 5]);
  };
  const channels = (a) => a.reshape([1, a.shape[0], 1, 1]);
  /** With `next`, by the batch's own mean and variance, and the running ones go there; else by the running ones. */
  const normalise = (x, l, p, running, next) => {
    const of = (part) => `${l.name}.${part}`;
    let mean = running[of('moving_mean')];
    let variance = running[of('moving_variance')];
    let centred;
    if (next) {
      const own = np.mean(x.ref, [0, 2, 3]);
      centred = x.sub(channels(own.ref));
      const spread = np.mean(np.square(centred.ref), [0, 2, 3]);
      next[of('moving_mean')] = mean.mul(MOMENTUM).add(own.mul(1 - MOMENTUM));
      next[of('moving_variance')] = variance.mul(MOMENTUM).add(spread.ref.mul(1 - MOMENTUM));
      [mean, variance] = [undefined, spread];
    } else centred = x.sub(channels(mean));
    const factor = p[of('gamma')].div(np.sqrt(variance.add(EPSILON)));
    return centred.mul(channels(factor)).add(channels(p[of('beta')]));
  };
  const forward = (p, running, x, next, list = layers) => {
    let y = x;
    for (const l of list) {
      if (l.op === 'conv') {
        const pad = [l.border, l.border];
        y = lax.conv(y, p[`${l.name}.weight`], [l.stride, l.stride], [pad, pad]);
        if (l.bias) y = y.add(channels(p[`${l.name}.bias`]));
      } else if (l.op === 'dense') y = np.matmul(y, p[`${l.name}.weight`]).add(p[`${l.name}.bias`]);
      else if (l.op === 'batchnorm') y = normalise(y, l, p, running, next);
      else if (l.op === 'residual') {
        const main = forward(p, running, y.ref, next, l.main);
        y = main.add(forward(p, running, y, next, l.shortcut));
      } else if (l.op === 'flatten') y = y.reshape([batch, l.to[0]]);
      else if (l.op === 'globalavgpool') y = np.mean(y, [2, 3]);
      else y = pool(y, l, l.op === 'maxpool' ? np.max : np.mean);
      if (l.activation === 'relu') y = nn.relu(y);
      if (l.activation === 'tanh') y = np.tanh(y);
    }
    return y;
  };
  const objective = (p, running, x, y) => {
    const next = {};
    const logits = forward(p, running, x, next);
    return [
      nn
        .logSoftmax(logits)
        .mul(y)
        .sum()
        .mul(-1 / batch),
      next,
    ];
  };
  const step = jit((state, x, y) => {
    const { p, m, v, b1, b2, running } = state;
    const [[loss, statistics], gradient] = valueAndGrad(objective, { hasAux: true })(tree.ref(p), running, x, y);
    const b1t = b1.mul(0.9);
    const b2t = b2.mul(0.999);
    const c1 = np.subtract(1, b1t.ref);
    const c2 = np.subtract(1, b2t.ref);
    const next = { p: {}, m: {}, v: {}, b1: b1t, b2: b2t, running: statistics };
    for (const key of Object.keys(p)) {
      const g = gradient[key];
      const mean = m[key].mul(0.9).add(g.ref.mul(0.1));
      const square = v[key].mul(0.999).add(np.square(g).mul(0.001));
      const root = np.sqrt(square.ref.div(c2.ref)).add(1e-8);
      next.p[key] = p[key].sub(mean.ref.div(c1.ref).div(root).mul(0.001));
      next.m[key] = mean;
      next.v[key] = square;
    }
    c1.dispose();
    c2.dispose();
    return [loss, next];
  });
  const probabilities = jit((p, running, x) => nn.softmax(forward(p, running, x)));

  const given = weights(network);
  const p = {};
  const running = {};
  let flattened;
  for (const l of flat(layers)) {
    if (l.op === 'flatten') flattened = l.from;
    if (!l.name) continue;
    for (const [key, value] of given) {
      if (!key.startsWith(`${l.name}.`)) continue;
      let w = value;
      if (key.endsWith('.weight') && l.op === 'conv') w = toOIHW(w);
      else if (key.endsWith('.weight') && flattened) w = afterFlatten(w, flattened);
      (key.includes('.moving_') ? running : p)[key] = array(w);
    }
    if (l.op === 'dense') flattened = undefined;
  }
  const zeros = () => tree.map((a) => np.zeros(a.shape), p);
  const one = () => np.array([1]).reshape([]);
  let state = { p, running };
  if (kind === 'train') state = { ...state, m: zeros(), v: zeros(), b1: one(), b2: one() };
  const [h, w, c] = network.input;
  const batches = floatBatches(pictures(network, BATCHES * batch), batch).map(({ x, y }) => ({
    x: array({ shape: [batch, c, h, w], values: toNCHW(x, batch, network.input) }),
    y: array({ shape: [batch, 10], values: y }),
  }));
  const { version } = JSON.parse(
    readFileSync(new URL('../node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'),
  );
  return {
    adapter: await adapterName(),
    info: 'one jitted step',
    versions: { '@jax-js/jax': version },
    async train(start, count) {
      let loss;
      for (let i = start; i < start + count; i++) {
        loss?.dispose();
        const { x, y } = batches[i % BATCHES];
        [loss, state] = step(state, x.ref, y.ref);
      }
      return (await loss.data())[0];
    },
    infer: (i) => probabilities(tree.ref(state.p), tree.ref(state.running), batches[i % BATCHES].x.ref).data(),
  };
}
