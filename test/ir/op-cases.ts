// A case for every operation: what it computes on a few numbers, and on what its gradient is checked. Complete by type.
import type { OpName } from '../../src/ir/index.ts';
import type { CasesOf } from './case.ts';
import { activations } from './cases-activations.ts';
import { augmentation } from './cases-augment.ts';
import { elementwiseAndShapes } from './cases-elementwise.ts';
import { heavy } from './cases-heavy.ts';
import { lossCases } from './cases-losses.ts';
import { magnitude } from './cases-magnitude.ts';
import { mixed } from './cases-mixed.ts';
import { normal } from './cases-normal.ts';
import { pieces } from './cases-pieces.ts';
import { resizing } from './cases-resize.ts';
import { rows } from './cases-rows.ts';

export type { GradientCase, OpCases, Operand } from './case.ts';

const leaf = (what: string): { examples: readonly []; gradients: { none: string } } => ({
  examples: [],
  gradients: { none: `${what}: given, not computed` },
});

export const cases: CasesOf<OpName> = {
  input: leaf('the batch'),
  labels: leaf('the classes'),
  parameter: leaf('weights'),
  state: leaf('a slot of the optimizer'),
  constant: leaf('numbers'),
  step: leaf('a number of the step'),
  ...heavy,
  ...elementwiseAndShapes,
  ...activations,
  ...rows,
  ...lossCases,
  ...pieces,
  ...resizing,
  ...augmentation,
  ...magnitude,
  ...normal,
  ...mixed,
};
