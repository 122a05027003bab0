// Messages about modules for web pages and weights in fewer bits: E0820 to E0839.
import { entry } from '../entry.ts';

/** `type` is f16 or i8. */
export const smallWeightsNeedWeights = entry('E0820', (type: string) => ({
  message: `--weights-type ${type} needs --infer-only and --weights: only trained weights can be stored in fewer bits, and only to predict`,
  help: [
    'add --infer-only --weights FILE, with weights that `cnnc train` wrote',
    'a module that trains keeps its weights as 32-bit floats: leave --weights-type out',
  ],
}));

export const smallWeightsNeedWeb = entry('E0821', (type: string) => ({
  message: `--weights-type ${type} is for modules of web pages`,
  help: ['add --target web, or leave --weights-type out'],
}));

/** The largest half is 65504; what is above 65519 would become infinite. */
export const tooLargeForHalf = entry('E0822', (name: string, file: string) => ({
  message: `${name} has numbers above 65504, the largest number of 16 bits`,
  file,
  help: [
    'batch normalisation is folded into the weights before it, and may make them larger',
    '--weights-type i8 scales each output channel by its largest weight, whatever it is',
  ],
}));

export const weightsNotFinite = entry('E0823', (name: string, value: number, file: string) => ({
  message: `${name} has the value ${value}, which cannot be stored in fewer bits`,
  file,
  help: ['`cnnc train --check-nan` finds the step at which a training goes wrong'],
}));
