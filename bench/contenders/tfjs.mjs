// TensorFlow.js on its WebGPU backend: layers API for the network, softmax cross-entropy from logits, Adam.
import { BATCHES, floatBatches, pictures, weights } from '../data.mjs';
import { shaped } from '../networks.mjs';
import { adapterName, browser } from '../support/browser.mjs';

export async function open({ network, batch, remedy }) {
  await browser(remedy);
  const tf = (await import('@tensorflow/tfjs-core')).default;
  const { version_webgpu } = await import('@tensorflow/tfjs-backend-webgpu');
  const layers = (await import('@tensorflow/tfjs-layers')).default;
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js does not take its WebGPU backend');
  await tf.ready();

  const model = layers.sequential();
  let inputShape = network.input;
  for (const l of shaped(network)) {
    const activation = l.activation === 'softmax' ? 'linear' : l.activation;
    const own = inputShape ? { inputShape } : {};
    inputShape = undefined;
    if (l.op === 'conv') {
      model.add(
        layers.layers.conv2d({
          ...own,
          filters: l.filters,
          kernelSize: l.kernel,
          padding: l.pad,
          activation,
          name: l.name,
        }),
      );
    } else if (l.op === 'maxpool') model.add(layers.layers.maxPooling2d({ poolSize: 2 }));
    else if (l.op === 'avgpool') model.add(layers.layers.averagePooling2d({ poolSize: 2 }));
    else if (l.op === 'flatten') model.add(layers.layers.flatten());
    else model.add(layers.layers.dense({ ...own, units: l.units, activation, name: l.name }));
  }
  const first = weights(network);
  for (const layer of model.layers) {
    const kernel = first.get(`${layer.name}.weight`);
    if (!kernel) continue;
    const bias = first.get(`${layer.name}.bias`);
    layer.setWeights([tf.tensor(kernel.values, kernel.shape), tf.tensor(bias.values, bias.shape)]);
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
