// cnnc: the built library in dist/, on the device that its own runtime opens.
import { readFileSync } from 'node:fs';
import { BATCHES, pictures, weights } from '../data.mjs';
import { cnncText } from '../networks.mjs';
import { dist } from '../support/dist.mjs';

const { compile, targetFor } = await import(`${dist}/index.js`);
const { createSession } = await import(`${dist}/runtime.js`);
const { openDevice } = await import(`${dist}/runtime-node.js`);

export async function open({ name, network, batch, kind, target: wanted }) {
  const opened = await openDevice();
  if (!opened.ok) throw new Error(opened.detail);
  const target = wanted ?? targetFor(opened);
  const { plan, diagnostics } = compile({ file: `${name}.cnn`, text: cnncText(name, network, batch) }, { target });
  if (!plan) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  const session = await createSession(opened.device, plan, [kind]);
  session.setParameters(new Map([...weights(network)].map(([key, w]) => [key, w.values])));
  const set = pictures(network, BATCHES * batch);
  const data = session.upload(set);
  data.setOrder(Uint32Array.from(set.labels, (_, i) => i));
  const row = (i) => ({
    start: (i % BATCHES) * batch,
    count: batch,
    step: i + 1,
    seed: 1,
    lr: 0.001,
    scale: set.scale,
  });
  const at = plan.metrics.indexOf('loss');
  return {
    adapter: opened.adapter.driver || opened.adapter.name,
    hardware: opened.adapter.kind === 'hardware',
    info: `target ${target}, ${plan.programs.train.length + 1} dispatches a training step, ${plan.programs.infer.length + 1} an inference`,
    versions: { cnnc: JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version },
    /** Steps `first` to `first + count - 1`; resolves when all are finished. The mean loss. */
    async train(first, count) {
      session.run(
        'train',
        Array.from({ length: count }, (_, i) => row(first + i)),
        data,
      );
      const sums = await session.readMetrics();
      return sums[at] / (count * batch);
    },
    /** The probabilities of one batch, read back. */
    infer(i) {
      session.run('infer', [row(i)], data);
      return session.readOutput();
    },
  };
}
