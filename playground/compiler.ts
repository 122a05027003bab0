// The worker as promises: one answer for each question. Questions about data have a worker of their own, as they take longer.
import type { Kind, Reply, Request, Requests } from './protocol.ts';

/** What a question was refused with: messages for the user, not a bug. */
export class Refused extends Error {}

export interface Helper {
  ask<K extends Kind>(kind: K, ask: Requests[K]['ask']): Promise<Requests[K]['answer']>;
}

export function startWorker(): Helper {
  const worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let next = 1;
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (!asked) return;
    if ('refused' in data) asked.reject(new Refused(data.refused.join('\n')));
    else if ('bug' in data) asked.reject(new Error(data.bug));
    else asked.resolve(data.answer);
  });
  return {
    ask: <K extends Kind>(kind: K, ask: Requests[K]['ask']) =>
      new Promise<Requests[K]['answer']>((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
        worker.postMessage({ id, kind, ask } satisfies Request<K>);
      }),
  };
}
