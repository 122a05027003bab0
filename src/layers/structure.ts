// The words that hold other lines or join values: repeat, branch, add, multiply, concat, freeze; and weights and from.
import { activationNames } from './activations.ts';
import type { Signature } from './args.ts';

const name = { kind: 'name', doc: 'a name for listings and messages' } as const;

/** How values are joined. Without a body the words are names of earlier values, which join the value here. */
export type Merge = 'add' | 'multiply' | 'concat';

export interface StructureDef {
  readonly name: string;
  readonly doc: string;
  readonly example: string;
  readonly signature: Signature;
}

const structure = (
  owner: string,
  doc: string,
  example: string,
  rest: Partial<Pick<Signature, 'positional' | 'required' | 'args' | 'activations'>> = {},
): StructureDef => ({
  name: owner,
  doc,
  example,
  signature: { owner, positional: [], required: [], args: {}, activations: [], ...rest, example },
});

export const merges: { readonly [K in Merge]: StructureDef } = {
  add: structure(
    'add',
    'The sum of its branches, each of which begins with the value before it; or of the value here and the named ones. All shapes are equal. An empty branch is the value itself: a residual connection (He et al. 2015).',
    'add { branch { conv 64 3x3 pad same } branch { } }',
    { args: { name }, activations: activationNames },
  ),
  multiply: structure(
    'multiply',
    'The product of its branches, or of the value here and the named ones, element by element. One number a channel (what global pooling gives) multiplies whole channels of a picture, and one channel multiplies all.',
    'multiply { branch { } branch { conv 1 1x1 sigmoid } }',
    { args: { name }, activations: activationNames },
  ),
  concat: structure(
    'concat',
    'Its branches, or the value here and the named ones, one behind the other along the channels. All other sizes are equal.',
    'concat { branch { conv 8 1x1 } branch { conv 16 3x3 pad same } }',
    {
      args: { axis: { kind: 'name', doc: 'channels unless given; height, or width' }, name },
      activations: activationNames,
    },
  ),
};

export const isMerge = (word: string): word is Merge => Object.hasOwn(merges, word);

export const structures = {
  repeat: structure(
    'repeat',
    'Its body, several times one after the other.',
    'repeat 3 { conv 16 3x3 pad same relu }',
    {
      positional: ['times'],
      required: ['times'],
      args: { times: { kind: 'count', max: 1000, doc: 'how often' } },
    },
  ),
  branch: structure(
    'branch',
    'A way from the value before `add`, `multiply` or `concat` to one of the values that they join. An empty one is the value itself.',
    'add { branch { conv 64 3x3 pad same } branch { } }',
  ),
  ...merges,
  freeze: structure(
    'freeze',
    'The layers in its body keep their weights: training does not change them. `frozen` does the same for one layer.',
    'freeze { conv 64 3x3 pad same relu }',
  ),
  from: structure(
    'from',
    'Goes on from a value that was named with `as`, instead of from the line before: a second way that begins where an earlier one did.',
    'from skip1',
    {
      positional: ['value'],
      required: ['value'],
      args: { value: { kind: 'name', doc: 'a value named earlier' } },
    },
  ),
  weights: structure(
    'weights',
    'Training starts from the weights of this file, as far as their names and shapes are those of the model. The path begins at the folder of the model file.',
    'weights "vgg16.safetensors"',
    {
      positional: ['file'],
      required: ['file'],
      args: { file: { kind: 'text', doc: 'a safetensors file' } },
    },
  ),
} as const satisfies Record<string, StructureDef>;
