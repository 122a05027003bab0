// The worker: compiles, explains and reads data, so that typing stays smooth.
import { Failure } from '../../src/diagnostics/types.ts';
import { writeSafetensors } from '../../src/interop/safetensors.ts';
import type { Kind, Reply, Request, Requests } from '../protocol.ts';
import { compileText, describeLayer, moduleParts } from './compile.ts';
import { loadSet, takeFiles } from './data.ts';
import { examples } from './examples.ts';
import { vocabulary } from './vocabulary.ts';

type Answers = {
  readonly [K in Kind]: (ask: Requests[K]['ask']) => Requests[K]['answer'] | Promise<Requests[K]['answer']>;
};

const answers: Answers = {
  vocabulary,
  compile: compileText,
  layer: describeLayer,
  examples: () => examples,
  data: loadSet,
  files: takeFiles,
  safetensors: ({ tensors, metadata }) => writeSafetensors(tensors, metadata),
  module: moduleParts,
};

/** The messages of a failure, each with the ways out. */
const words = ({ diagnostics }: Failure): string[] =>
  diagnostics.map(({ message, file, help = [] }) => [`${file ? `${file}: ` : ''}${message}`, ...help].join('. '));

async function reply(request: Request): Promise<Reply> {
  const { id, kind, ask } = request;
  try {
    const answer = (answers[kind] as (ask: unknown) => unknown)(ask);
    return { id, answer: await answer };
  } catch (error) {
    if (error instanceof Failure) return { id, refused: words(error) };
    return { id, bug: error instanceof Error ? error.message : String(error) };
  }
}

addEventListener('message', async ({ data }: MessageEvent<Request>) => {
  postMessage(await reply(data));
});
