// TensorFlow.js on its WebGPU backend: layers API for the network, softmax cross-entropy from logits, Adam.
import { BATCHES, floatBatches, pictures, weights } from '../data.mjs';
import { EPSILON, MOMENTUM, shaped } from '../networks.mjs';
import { adapterName, browser } from '../support/browser.mjs';

export async function open({ network, batch, remedy }) {
  await browser(remedy);
  const tf = (await import('@tensorflow/tfjs-core')).default;
  const { version_webgpu } = await import('@tensorflow/tfjs-backend-webgpu');
  const layers = (await import('@tensorflow/tfjs-layers')).default;
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js does not take its WebGPU backend');
  await tf.ready();

  const { layers: of } = layers;
  /** The layers of a list after a tensor; a strided convolution has its border apart, as 'same' would pad one side only. */
  const chain = (list, from) =>
    list.reduce((x, l) => {
      const activation = l.activation === 'softmax' ? 'linear' : l.activation;
      const activated = (y) => (activation ? of.activation({ activation }).apply(y) : y);
      if (l.op === 'conv') {
        const { filters, kernel, stride, border, bias: useBias, name } = l;
        const same = stride === 1 && border > 0 && 2 * border === kernel - 1;
        const padded = border > 0 && !same ? of.zeroPadding2d({ padding: border }).apply(x) : x;
        const padding = same ? 'same' : 'valid';
        return of
          .conv2d({ filters, kernelSize: kernel, strides: stride, padding, useBias, activation, name })
          .apply(padded);
      }
      if (l.op === 'dense') return of.dense({ units: l.units, activation, name: l.name }).apply(x);
      if (l.op === 'batchnorm')
        return activated(of.batchNormalization({ momentum: MOMENTUM, epsilon: EPSILON, name: l.name }).apply(x));
      if (l.op === 'residual') return activated(of.add().apply([chain(l.main, x), chain(l.shortcut, x)]));
      if (l.op === 'maxpool') return of.maxPooling2d({ poolSize: 2 }).apply(x);
      if (l.op === 'avgpool') return of.averagePooling2d({ poolSize: 2 }).apply(x);
      if (l.op === 'globalavgpool') return of.globalAveragePooling2d({}).apply(x);
      return of.flatten().apply(x);
    }, from);
  const input = layers.input({ shape: network.input });
  const model = layers.model({ inputs: input, outputs: chain(shaped(network), input) });
  const first = weights(network);
  for (const layer of model.layers) {
    const own = ['weight', 'bias', 'gamma', 'beta', 'moving_mean', 'moving_variance']
      .map((part) => first.get(`${layer.name}.${part}`))
      .filter((w) => w);
    if (own.length > 0) layer.setWeights(own.map((w) => tf.tensor(w.values, w.shape)));
  }
  const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-8);
  const batches = floatBatches(pictures(network, BATCHES * batch), batch).map(({ x, y }) => ({
    x: tf.tensor(x, [batch, ...network.input]),
    y: tf.tensor(y, [batch, 10]),
  }));
  const step = (i) => {
    const { x, y } = batches[i % BATCHES];
    return optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true })), true);
  };
  return {
    adapter: await adapterName(),
    info: 'layers API, optimizer.minimize, tf.losses.softmaxCrossEntropy',
    versions: { '@tensorflow/tfjs-core': tf.version_core, '@tensorflow/tfjs-backend-webgpu': version_webgpu },
    async train(start, count) {
      for (let i = start; i < start + count - 1; i++) step(i).dispose();
      const loss = step(start + count - 1);
      const [value] = await loss.data(); // after all that was submitted before it, the update included
      loss.dispose();
      return value;
    },
    async infer(i) {
      const output = tf.tidy(() => tf.softmax(model.apply(batches[i % BATCHES].x)));
      const values = await output.data();
      output.dispose();
      return values;
    },
  };
}
