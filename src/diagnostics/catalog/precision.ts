// Messages of mixed precision: E0670 to E0674.
import { entry } from '../entry.ts';

const withoutIt = 'leave out --precision, and everything is computed and stored in 32-bit floats';

export const mixedNeedsHalves = entry('E0670', (adapter: string) => ({
  message: `--precision mixed stores values in 16-bit floats, and ${adapter} has none (the WebGPU feature shader-f16)`,
  help: [withoutIt, 'another adapter may have them: cnnc doctor lists the features, and --device chooses'],
}));

/** `scale`: what the loss was multiplied with at the end of the epoch. */
export const everyStepSkipped = entry('E0671', (epoch: number, steps: number, scale: number, lr: number) => ({
  message: `no step of epoch ${epoch} was taken: in each of the ${steps} a gradient was not finite, down to a loss scale of ${Number(scale.toPrecision(3))}`,
  help: [
    `the gradients are too large for 16-bit floats, which end at 65504: normalise values (\`batchnorm\`), or lower the learning rate (it is ${lr})`,
    withoutIt,
  ],
}));

export const lossNotFiniteMixed = entry(
  'E0672',
  (what: 'loss' | 'test loss', value: number, epoch: number, step: number, lr: number) => ({
    message: `the ${what} is ${Number.isNaN(value) ? 'not a number (NaN)' : 'infinite'} in epoch ${epoch}, step ${step}, with --precision mixed`,
    help: [
      'values between layers above 65504 are infinite in 16-bit floats: normalise them (`batchnorm`), or leave out --precision to see whether it is that',
      `or the training diverged: lower the learning rate, which is ${lr}`,
      'to see which layer, tensor and step it began with, train again with --check-nan',
    ],
  }),
);

export const scaleWithoutMixed = entry('E0673', () => ({
  message: '--loss-scale is for --precision mixed: in 32-bit floats the loss is not scaled',
  help: ['add --precision mixed, or leave --loss-scale out'],
}));
