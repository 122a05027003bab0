// The WGSL of the layer under the cursor, its lines linked with those of the text, and what there is to say about the layer.

import { createShader } from '../editor/shader.ts';
import type { CompiledView, KernelView, LayerView } from '../protocol.ts';
import { byId, el } from '../ui/dom.ts';

export interface KernelPanel {
  /** The cursor of the text is at this line: the layer written there is shown. */
  follow(view: CompiledView, line: number, position: number): void;
  /** The text was compiled anew. */
  renew(view: CompiledView): void;
}

export interface KernelOptions {
  layer(name: string): Promise<LayerView | undefined>;
  /** A line of the shader was chosen that serves this line of the text; 0 for none. */
  marked(line: number): void;
  goTo(line: number): void;
}

export function kernelPanel({ layer, marked, goTo }: KernelOptions): KernelPanel {
  const layers = el('select', { id: 'kernel-layer' });
  const kernels = el('select', { id: 'kernel' });
  const facts = el('p', { class: 'soft kernel-facts' });
  const place = el('div', { class: 'editor shader' });
  const about = el('div', { class: 'about', tabindex: '0', role: 'region', 'aria-label': 'About the layer' });
  byId('panel-kernels').replaceChildren(
    el(
      'div',
      { class: 'row' },
      el('label', { class: 'field' }, el('span', { class: 'field-name' }, 'Layer'), layers),
      el('label', { class: 'field' }, el('span', { class: 'field-name' }, 'Kernel'), kernels),
      facts,
    ),
    el('div', { class: 'kernel-columns' }, place, about),
  );
  const shader = createShader(place, marked, goTo);
  let view: CompiledView | undefined;
  let shown: LayerView | undefined;
  let asked = '';

  const lineOf = (name: string): number => view?.layers.find((l) => l.name === name)?.line ?? 0;
  const showKernel = (): void => {
    const kernel: KernelView | undefined = shown?.kernels[Number(kernels.value)];
    facts.textContent = kernel
      ? `${kernel.facts}. The margin has the lines of the model.`
      : 'No kernel of its own: it is a view of another value.';
    shader.show(kernel ?? { program: '', label: '', wgsl: '', lines: [], facts: '' }, lineOf(shown?.name ?? ''));
  };
  const show = async (name: string): Promise<void> => {
    asked = name;
    const found = await layer(name).catch(() => undefined);
    if (asked !== name || !found) return;
    shown = found;
    layers.value = name;
    kernels.replaceChildren(
      ...found.kernels.map((k, i) => el('option', { value: String(i) }, `${k.label} (${k.program})`)),
    );
    kernels.disabled = found.kernels.length === 0;
    const parts = found.sections.map(({ title, lines }) => [el('h3', {}, title), el('pre', {}, lines.join('\n'))]);
    about.replaceChildren(el('h2', {}, found.name), el('p', {}, found.doc), ...parts.flat());
    showKernel();
  };
  layers.addEventListener('change', () => {
    void show(layers.value);
    marked(lineOf(layers.value));
  });
  kernels.addEventListener('change', showKernel);
  return {
    renew(next) {
      view = next;
      const names = next.layers.filter((l) => l.op !== 'input').map((l) => l.name);
      layers.replaceChildren(...names.map((name) => el('option', { value: name }, name)));
      void show(names.includes(shown?.name ?? '') ? (shown?.name as string) : (names[0] ?? ''));
    },
    follow(next, line, position) {
      view = next;
      const here = next.layers.filter((l) => l.line === line && l.op !== 'input');
      const best = here.find((l) => position >= l.from && position <= l.to) ?? here[0];
      if (best && best.name !== shown?.name) void show(best.name);
    },
  };
}
