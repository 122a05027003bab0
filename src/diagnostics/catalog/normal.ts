// E027x: what cannot be normalised.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

export const noPositions = entry('E0270', (span: Span, features: string) => ({
  message: `instancenorm takes means over the positions of a picture, and here stand ${features} features`,
  primary: { span, text: `the input is ${features}: one position a channel, whose deviation is 0` },
  help: ['`layernorm` takes them over the features, `batchnorm` over the batch; or put it before `flatten`'],
}));

export const groupsDoNotDivide = entry('E0271', (span: Span, channels: number, groups: number) => {
  const near = Array.from({ length: channels }, (_, i) => i + 1)
    .filter((n) => channels % n === 0)
    .sort((p, q) => Math.abs(p - groups) - Math.abs(q - groups) || p - q)[0];
  return {
    message: `${channels} channels cannot be divided into ${groups} equal groups`,
    primary: { span, text: `${channels} / ${groups} = ${Number((channels / groups).toFixed(3))}` },
    help: [`${near} groups of ${channels / (near as number)} channels are the nearest that divide`],
  };
});
