// One step as a trace that Perfetto (ui.perfetto.dev) and chrome://tracing open: the Chrome trace event format.
import type { Emitted } from '../../codegen/emit-plan.ts';
import type { ProgramReport } from './measure.ts';
import { tasksOf } from './rows.ts';

/** A complete event (`ph` X): microseconds from the beginning of the step. Metadata (`ph` M) names the process and thread. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M';
  readonly pid: 1;
  readonly tid: 1;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, string | number | null>>;
}

const micro = (seconds: number): number => Math.round(1e9 * seconds) / 1000;

/** The events of a program's step, one a dispatch, in order. */
export function traceOf(emitted: Emitted, report: ProgramReport, adapter: string): { traceEvents: TraceEvent[] } {
  const { plan } = emitted;
  const { program, step } = report;
  const here = { pid: 1, tid: 1 } as const;
  const specs = [...plan.programs.load_u8, ...plan.programs[program]];
  const taskOf = new Map(tasksOf(emitted, program).flatMap((t) => t.dispatches.map((d) => [d, t] as const)));
  const events = specs.map((d, i): TraceEvent => {
    const task = taskOf.get(i);
    const took = step[i]?.seconds ?? 0;
    return {
      name: d.label,
      cat: task?.family ?? '',
      ph: 'X',
      ...here,
      ts: micro(step[i]?.at ?? 0),
      dur: micro(took),
      args: {
        layer: task?.layer ?? null,
        kernel: plan.kernels[d.kernel]?.name ?? '',
        workgroups: d.groups.join(' x '),
        multiply_adds: task?.multiplyAdds ?? 0,
        bytes: task?.bytes ?? 0,
      },
    };
  });
  const title = program === 'train' ? 'a training step' : 'an inference';
  return {
    traceEvents: [
      { name: 'process_name', ph: 'M', ...here, args: { name: `${plan.model}, batch ${plan.batch}` } },
      { name: 'thread_name', ph: 'M', ...here, args: { name: `${title} on ${adapter}` } },
      ...events,
    ],
  };
}
