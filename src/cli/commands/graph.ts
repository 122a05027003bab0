// `cnnc graph`: a picture of the network, as SVG for slides, or as text for Mermaid and Graphviz.
import { extname, resolve } from 'node:path';
import { unknownPicture } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { diagramOf, dot, mermaid, svg } from '../../graphics/index.ts';
import { summarise } from '../../summary.ts';
import { choice, command, setOption, settings, wholeNumber } from '../args.ts';
import { writeAtomic } from '../files.ts';
import { grouped } from '../format.ts';
import { type ModelFile, openModel } from '../model.ts';

const formats = ['svg', 'mmd', 'dot'] as const;
type Format = (typeof formats)[number];
const writers: { readonly [F in Format]: typeof svg } = { svg, mmd: mermaid, dot };
const endings: Readonly<Record<string, Format>> = {
  '.svg': 'svg',
  '.mmd': 'mmd',
  '.mermaid': 'mmd',
  '.dot': 'dot',
  '.gv': 'dot',
};

/** The picture of a compiled model as text. */
export function picture({ compiled }: ModelFile, format: Format, title?: string): string {
  const { layers, forward } = compiled;
  const { model, parameters, multiply_adds } = summarise(compiled);
  const facts = `${grouped(parameters)} parameters, ${grouped(multiply_adds)} multiply-adds`;
  return writers[format](diagramOf(title ?? model, facts, layers, forward));
}

export const graph = command({
  name: 'graph',
  summary: 'draw the network: SVG for a slide, Mermaid, or Graphviz DOT',
  usage: `cnnc graph models/lenet5.cnn -o lenet5.svg
cnnc graph models/mnist.cnn -o mnist.mmd
cnnc graph models/mnist.cnn -o mnist.dot`,
  positionals: { name: 'FILE', doc: 'the model file', min: 1, max: 1 },
  options: {
    out: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      doc: 'where to write; its ending says what: .svg, .mmd or .dot. Printed when not given, or -',
    },
    format: { type: 'string', value: 'FORMAT', doc: 'svg (unless the file says otherwise), mmd or dot' },
    title: { type: 'string', value: 'TEXT', doc: "what stands above it; the model's name unless given" },
    set: setOption,
    batch: { type: 'string', value: 'N', doc: 'pictures a step; changes nothing that is drawn' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    const asked = choice({ command: 'graph', option: 'format' }, values.format, formats);
    const batch = wholeNumber({ command: 'graph', option: 'batch' }, values.batch, { max: 65_536 });
    const { out } = values;
    const printed = out === undefined || out === '-';
    const format = asked ?? (printed ? 'svg' : (endings[extname(out).toLowerCase()] ?? refuse(unknownPicture(out))));
    const model = await openModel(io, file, {
      inferOnly: true,
      set: settings('graph', values.set),
      ...(batch === undefined ? {} : { batch }),
    });
    const drawn = picture(model, format, values.title);
    if (printed) io.stdout(drawn);
    else await writeAtomic(resolve(io.cwd, out), drawn, out);
    return 0;
  },
});
