// The page: text on the left, what it becomes on the right, and a worker that compiles in between.

import { startWorker } from './compiler.ts';
import { wordCard } from './editor/complete.ts';
import { createEditor, type Editor } from './editor/editor.ts';
import { save, saveModule, saveWeights } from './files/save.ts';
import { fragmentOf, textOf } from './files/share.ts';
import { kernelPanel } from './panels/kernels.ts';
import { showLayers } from './panels/layers.ts';
import { enlarging, markStale, showNetwork } from './panels/network.ts';
import { showProblems } from './panels/problems.ts';
import { trainPanel } from './panels/train.ts';
import type { CompiledView, Example, Vocabulary, Word } from './protocol.ts';
import type { Trainer } from './train/trainer.ts';
import { byId, el } from './ui/dom.ts';
import { say } from './ui/status.ts';
import { tabs } from './ui/tabs.ts';
import { theme } from './ui/theme.ts';

const KEPT = 'cnnc-text';

const compiler = startWorker();
const data = startWorker();

/** The card of a word: of the layer that is written there, else of the word itself. */
async function hoverCard(
  view: CompiledView | undefined,
  words: readonly Word[],
  word: string,
  position: number,
): Promise<HTMLElement | undefined> {
  const known = words.find((w) => w.label === word);
  const here = view?.layers.filter((l) => l.to > l.from && position >= l.from && position <= l.to) ?? [];
  const [layer] = here.sort((a, b) => a.to - a.from - (b.to - b.from));
  if (!layer || (known && known.kind !== 'layer' && known.kind !== 'structure')) return known && wordCard(known);
  const about = await compiler.ask('layer', layer.name).catch(() => undefined);
  if (!about) return known && wordCard(known);
  const wanted = about.sections.filter(({ title }) =>
    ['size', 'parameters', 'multiply-adds of one picture', 'one output sees'].includes(title),
  );
  const parts = wanted.flatMap(({ title, lines }) => [
    el('p', { class: 'soft' }, title),
    el('pre', {}, lines.join('\n')),
  ]);
  const card = el('div', { class: 'cm-card' }, el('code', {}, about.title), ...parts);
  if (about.doc) card.append(el('p', {}, about.doc));
  return card;
}

function menus(editor: Editor, examples: readonly Example[]): void {
  const select = byId<HTMLSelectElement>('examples');
  select.replaceChildren(
    el('option', { value: '' }, 'Choose'),
    ...examples.map(({ name, title }) => el('option', { value: name }, title)),
  );
  select.addEventListener('change', () => {
    const chosen = examples.find(({ name }) => name === select.value);
    if (chosen) editor.setText(chosen.text);
    select.value = '';
  });
  byId('share').addEventListener('click', async () => {
    history.replaceState(null, '', await fragmentOf(editor.text()));
    const copied = await navigator.clipboard
      ?.writeText(location.href)
      .then(() => true)
      .catch(() => false);
    say(
      copied
        ? 'The link is copied: it holds the text of the model'
        : 'The address of this page is the link now: it holds the text of the model',
    );
  });
  const menu = byId<HTMLDetailsElement>('downloads');
  document.addEventListener('click', (event) => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
}

/** Files that are dropped anywhere: a model's text, or data. */
function dropping(take: (files: readonly File[]) => void): void {
  addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('dropping');
  });
  addEventListener('drop', (event) => {
    document.body.classList.remove('dropping');
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
}

async function start(): Promise<void> {
  theme(() => undefined);
  let view: CompiledView | undefined;
  /** The text that `view` is of: places in it mean nothing in another one. */
  let compiled = '';
  /** Is there a graphics processor to compile for? */
  let hardware = false;
  let trainer: Trainer | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = 0;
  const shared = await textOf(location.hash);
  const [vocabulary, examples]: [Vocabulary, readonly Example[]] = await Promise.all([
    compiler.ask('vocabulary', undefined),
    compiler.ask('examples', undefined),
  ]);
  const words: readonly Word[] = [
    ...vocabulary.layers,
    ...vocabulary.settings,
    ...vocabulary.data,
    ...Object.values(vocabulary.options).flat(),
  ];
  const text = shared ?? localStorage.getItem(KEPT) ?? examples[0]?.text ?? '';
  const views = tabs(() => undefined);

  const compile = async (): Promise<void> => {
    const asked = ++latest;
    const now = editor.text();
    try {
      const { problems, model } = await compiler.ask('compile', { text: now, hardware });
      if (asked !== latest) return;
      editor.showProblems(problems);
      showProblems(problems, (p) => {
        views.show('text');
        editor.select(p.from, p.to);
      });
      markStale(model === undefined);
      if (!model) return;
      view = model;
      compiled = now;
      for (const id of ['get-svg', 'get-module']) byId<HTMLButtonElement>(id).disabled = false;
      showNetwork(model);
      showLayers(model, goTo);
      kernels.renew(model);
      train.renew(model);
    } catch (error) {
      say(`The compiler stumbled over this text, which is a bug: ${error instanceof Error ? error.message : error}`);
    }
  };
  const editor = createEditor({
    parent: byId('editor'),
    text,
    vocabulary,
    changed(next) {
      localStorage.setItem(KEPT, next);
      clearTimeout(timer);
      timer = setTimeout(() => void compile(), 150);
    },
    moved: (line, position) => view && isCurrent() && kernels.follow(view, line, position),
    hover: (word, position) => hoverCard(isCurrent() ? view : undefined, words, word, position),
  });
  const isCurrent = (): boolean => compiled === editor.text();
  const goTo = (line: number): void => {
    views.show('text');
    editor.goTo(line);
  };
  const kernels = kernelPanel({
    layer: (name) => compiler.ask('layer', name),
    marked: (line) => editor.mark(line),
    goTo,
  });
  const train = trainPanel({
    load: (name, seed, plan) => data.ask('data', { name, seed, plan }),
    takeFiles: (files) => data.ask('files', files),
    opened(gpu) {
      if (hardware === !gpu.software) return;
      hardware = !gpu.software;
      void compile();
    },
    begun(now) {
      trainer = now;
      byId<HTMLButtonElement>('get-weights').disabled = now === undefined;
    },
  });
  menus(editor, examples);
  enlarging();
  byId('get-cnn').addEventListener('click', () =>
    save(`${view?.plan.model ?? 'model'}.cnn`, editor.text(), 'text/plain'),
  );
  byId('get-svg').addEventListener('click', () => view && save(`${view.plan.model}.svg`, view.svg, 'image/svg+xml'));
  byId('get-weights').addEventListener('click', () => trainer && void saveWeights(trainer, data));
  byId('get-module').addEventListener('click', async () => {
    const parts = await compiler.ask('module', undefined);
    if (parts) await saveModule(parts).catch((error: unknown) => say(String(error)));
  });
  dropping(async (files) => {
    const model = files.find((f) => f.name.endsWith('.cnn'));
    if (model) editor.setText(await model.text());
    else {
      views.show('train');
      await train.give(files);
    }
  });
  addEventListener('hashchange', async () => {
    const next = await textOf(location.hash);
    if (next !== undefined && next !== editor.text()) editor.setText(next);
  });
  say('Ready');
  await compile();
  document.documentElement.dataset.ready = 'true';
}

await start();
