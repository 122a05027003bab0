// How much l1 and l2 penalties weigh: of a layer, of the train section, or of the command line.
import type { Node } from '../ir/index.ts';
import type { TrainConfig } from '../training/settings.ts';
import type { Penalty } from './lower-ast.ts';

/** What is minimised holds l2 * sum w^2 + l1 * sum |w| of the parameter. `open`: the caller of each step gives the factor. */
export interface Weighed {
  readonly parameter: Node;
  readonly l1: number | 'open';
  readonly l2: number | 'open';
}

/**
 * What a layer says comes before what the train section says; `hyper` (the command line, a sweep) replaces both, for all weights.
 * An l1 or l2 of `hyper` is the optimizer's where that has an argument of the name (FTRL). Biases are never penalised.
 */
export function penaltiesOf(
  penalties: readonly Penalty[],
  config: Pick<TrainConfig, 'l1' | 'l2' | 'optimizer'>,
  hyper: Readonly<Record<string, number>> = {},
  open: ReadonlySet<string> = new Set(),
): Weighed[] {
  const factor = (name: 'l1' | 'l2', said: number | undefined): number | 'open' => {
    const given = name in config.optimizer.args ? undefined : hyper[name];
    const value = given ?? said ?? config[name];
    return given !== undefined && value > 0 && open.has(name) ? 'open' : value;
  };
  return penalties.map(({ parameter, l1, l2 }) => ({ parameter, l1: factor('l1', l1), l2: factor('l2', l2) }));
}
