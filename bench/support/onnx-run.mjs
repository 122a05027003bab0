// What both packages of onnxruntime share: batches channel-first, as the exported file wants them, and one run.
import { BATCHES, floatBatches, pictures, toNCHW } from '../data.mjs';

export function inference(ort, session, { network, batch }) {
  const [h, w, c] = network.input;
  const inputs = floatBatches(pictures(network, BATCHES * batch), batch).map(
    ({ x }) => new ort.Tensor('float32', toNCHW(x, batch, network.input), [batch, c, h, w]),
  );
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  return {
    /** The probabilities of one batch, read back. */
    async infer(i) {
      const results = await session.run({ [input]: inputs[i % BATCHES] });
      return results[output].getData();
    },
  };
}
