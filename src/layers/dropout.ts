// dropout: some features are 0 while training.
import { emit } from '../ir/index.ts';
import { numberArg } from './args.ts';
import type { LayerDef } from './layer.ts';

export const dropout: LayerDef = {
  name: 'dropout',
  doc: 'While training, each value is 0 with probability rate, else divided by 1 - rate (Srivastava et al. 2014); for inference it does nothing.',
  example: 'dropout 0.5',
  positional: ['rate'],
  required: ['rate'],
  args: { rate: { kind: 'number', min: 0, below: 1, doc: 'the probability of a value to be dropped' } },
  activated: false,
  build: (c) => {
    const { seed, step } = c.random();
    return emit(
      c.b,
      'dropout',
      [c.x, seed, step],
      { rate: numberArg(c.args, 'rate') as number, stream: c.stream },
      c.name,
    );
  },
};
