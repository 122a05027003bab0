// Files for the user: the text, the picture, the weights, and a module for web pages.
import type { Helper } from '../compiler.ts';
import type { ModuleParts } from '../protocol.ts';
import type { Trainer } from '../train/trainer.ts';
import { el } from '../ui/dom.ts';

export function save(name: string, content: string | Uint8Array<ArrayBuffer>, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = el('a', { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

declare const CNNC_VERSION: string;

/** The weights as `cnnc train` writes them, for every tool that reads safetensors. */
export async function saveWeights(trainer: Trainer, worker: Helper): Promise<void> {
  const { plan } = trainer.model;
  const values = await trainer.weights();
  const tensors = plan.parameters.map(({ name, shape }) => ({
    name,
    shape,
    values: values.get(name) as Float32Array<ArrayBuffer>,
  }));
  const metadata = { model: plan.model, seed: String(trainer.seed) };
  const file = await worker.ask('safetensors', { tensors, metadata });
  save(`${plan.model}.safetensors`, file, 'application/octet-stream');
}

/** One file that runs the network on other pages, as `cnnc compile --web --infer-only` makes it. */
export async function saveModule({ model, packed }: ModuleParts): Promise<void> {
  const answer = await fetch(new URL('./runtime/infer.js', document.baseURI));
  if (!answer.ok) throw new Error('the runtime of modules is not among the files of this page');
  const runtime = await answer.text();
  save(`${model}.js`, `// ${model}, by cnnc ${CNNC_VERSION}\nconst $=${packed};${runtime.trim()}\n`, 'text/javascript');
}
