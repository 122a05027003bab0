// Messages about looking inside a trained network (show, attack, dream): E0800 to E0819.
import { entry } from '../entry.ts';
import { listOf } from '../suggest.ts';
import type { Span } from '../types.ts';

export const noGradientThere = entry('E0800', (span: Span, layer: string, of: string) => ({
  message: `${of} has no gradient to ${layer}`,
  primary: { span, text: `nothing of it reaches ${of}` },
  help: ['a gradient goes from a value back to what it was made of: name a layer before it'],
}));

/** `what` is the command, with --what where it has one. */
export const noClassifier = entry('E0801', (file: string, shape: string, what: string) => ({
  message: `${what} asks for the score of a class, and the model gives ${shape}`,
  file,
  help: [
    'it is for models that end with one score a class: `flatten` and `dense CLASSES softmax`',
    'of maps of classes and other pictures, `cnnc show` draws kernels and feature maps, and `cnnc dream` climbs units',
  ],
}));

export const noPositions = entry(
  'E0802',
  (file: string, layer: string | undefined, shape: string, names: readonly string[]) => ({
    message:
      layer === undefined
        ? `no layer has positions: the model sees ${shape}`
        : `${layer} gives ${shape}, which has no positions`,
    file,
    help: [
      names.length > 0
        ? `layers with positions: ${listOf(names, 'and')}`
        : 'feature maps and Grad-CAM are for convolutional networks',
    ],
  }),
);

export const noSuchClass = entry(
  'E0803',
  (option: string, value: string, classes: number, names: readonly string[] | undefined) => {
    const words = names?.some((name, i) => name !== String(i)) ? names : [];
    return {
      message: `--${option} takes a class from 0 to ${classes - 1}${words.length > 0 ? ' or its name' : ''}, and "${value}" is given`,
      help: words.length > 0 ? [`the classes: ${listOf(words, 'and')}`] : [],
    };
  },
);

export const noKernels = entry('E0804', (span: Span, layer: string, why: string, names: readonly string[]) => ({
  message: `${layer} has no kernels to show: ${why}`,
  primary: { span, text: '' },
  help: [names.length > 0 ? `layers with kernels: ${listOf(names, 'and')}` : 'no layer of the model has any'],
}));

export const pictureNeeded = entry('E0805', (what: string, command: string) => ({
  message: `--what ${what} looks at one picture, and none is given`,
  help: [`give a PNG or JPEG file: ${command} PICTURE`, 'or a picture of the test part of the data set: --index N'],
}));

export const nothingToClimb = entry('E0806', (layer: string, units: readonly number[]) => ({
  message: `${units.length === 1 ? `unit ${units[0]}` : `units ${listOf(units.map(String), 'and')}`} of ${layer} cannot be climbed: the gradient is zero everywhere`,
  help: [
    'what it reads is silent on noise, as a relu is that is never reached: begin with a picture, --from PICTURE',
    'or try another --seed, or a layer before it',
  ],
}));

export const noSuchUnit = entry('E0807', (layer: string, value: string, units: number) => ({
  message: `${layer} has units 0 to ${units - 1}, and "${value}" is given`,
  help: ['a unit is a channel of a convolution or a number of a dense layer: --unit 3, --unit 0,1,2 or --unit all'],
}));

export const indexTooLarge = entry('E0808', (spec: string, part: string, index: number, count: number) => ({
  message: `there is no picture ${index}: the ${part} part has pictures 0 to ${count - 1}`,
  file: spec,
  help: [`--index takes a number from 0 to ${count - 1}`],
}));

export const patchTooLarge = entry('E0809', (patch: number, height: number, width: number) => ({
  message: `a patch of ${patch}x${patch} covers the picture of ${height}x${width}`,
  help: [`--patch takes a number from 1 to ${Math.min(height, width) - 1}`],
}));

export const nothingToAttack = entry('E0810', (given: readonly string[]) => ({
  message:
    given.length === 0
      ? 'it is not said what to attack'
      : `one thing can be attacked at a time, and ${listOf(given, 'and')} are given`,
  help: ['give a picture (PNG or JPEG), or --index N, a picture of the test part, or --all of it'],
}));

export const noColours = entry('E0811', (file: string, shape: string) => ({
  message: `an input of ${shape} cannot be drawn`,
  file,
  help: ['pictures have 1 channel (grey) or 3 (red, green and blue), or are vectors of a square of these'],
}));

export const notForWhat = entry('E0812', (option: string, what: string, for_: readonly string[]) => ({
  message: `${option} means nothing for --what ${what}`,
  help: [`it is for --what ${listOf(for_)}`],
}));
