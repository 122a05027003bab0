// `cnnc compile`: a model file to a plan, its shaders, and a module with types; or one stage as text.
import { gzipSync } from 'node:zlib';
import { optionMissing, weightsToTrain } from '../../diagnostics/catalog/usage.ts';
import { smallWeightsNeedWeb, smallWeightsNeedWeights } from '../../diagnostics/catalog/web.ts';
import { refuse } from '../../diagnostics/index.ts';
import { choice, command, setOption, settings, wholeNumber } from '../args.ts';
import { artifacts, writeArtifacts } from '../artifacts.ts';
import { modelForAdapter } from '../backend.ts';
import { targetWord } from '../device-target.ts';
import { emitText } from '../emit.ts';
import { grouped } from '../format.ts';
import { limitOf, limitText, memoryLimitOption } from '../memory-limit.ts';
import { type ModelFile, openModel } from '../model.ts';
import { precisionOf, precisionOption } from '../precision.ts';
import { tuneOption } from '../tune/apply.ts';
import { webArtifacts } from '../web/module.ts';
import { readWeights } from '../weights.ts';
import { storedModel, weightsTypes } from '../weights-type.ts';

/** Names with their bytes, and what a server that compresses sends of text. */
const listed = (files: ReadonlyMap<string, string | Uint8Array>): string =>
  [...files]
    .map(([name, content]) => {
      const bytes = `${grouped(Buffer.byteLength(content))} bytes`;
      return `${name} (${bytes}${name.endsWith('.js') ? `, ${grouped(gzipSync(content, { level: 9 }).length)} gzipped` : ''})`;
    })
    .join(', ');

export const compile = command({
  name: 'compile',
  summary: 'write the plan, the WGSL shaders and a JavaScript module of a model',
  usage: `cnnc compile models/mnist.cnn -o out/mnist
cnnc compile models/mnist.cnn -o out/mnist --batch 1 --infer-only
cnnc compile models/mnist.cnn -o out/mnist --infer-only --weights runs/mnist/mnist.safetensors
cnnc compile models/mnist.cnn -o out/mnist --target auto
cnnc compile models/mnist.cnn -o site --target web
cnnc compile models/mnist.cnn -o site --target web --infer-only --weights runs/mnist/mnist.safetensors --weights-type f16
cnnc compile models/mnist.cnn --emit train-ir`,
  positionals: { name: 'FILE', doc: 'the model file', min: 1, max: 1 },
  options: {
    out: { type: 'string', short: 'o', value: 'DIR', doc: 'the folder to write to; it is made if need be' },
    batch: { type: 'string', value: 'N', doc: 'pictures a step; that of the train section, or 32' },
    'infer-only': { type: 'boolean', doc: 'leave training out' },
    weights: {
      type: 'string',
      short: 'w',
      value: 'FILE',
      doc: 'with --infer-only: fold batch normalisation into these weights, and write those of the plan beside it',
    },
    target: {
      type: 'string',
      value: 'TARGET',
      doc: 'what the kernels are for: portable (unless given: any device), cpu, gpu, gpu-subgroups, auto (asks the adapter), or web: one small module for web pages instead, runtime and shaders inside',
    },
    device: { type: 'string', value: 'NAME', doc: 'with --target auto: the adapter, as for train' },
    precision: precisionOption,
    tune: tuneOption,
    'memory-limit': memoryLimitOption,
    'weights-type': {
      type: 'string',
      value: 'TYPE',
      doc: 'with --target web: how the weights are stored: f32 (unless given), f16, or i8 with a scale for each output channel',
    },
    set: setOption,
    emit: {
      type: 'string',
      value: 'STAGE',
      doc: 'print a stage instead: ast, ir, train-ir, schedule, wgsl, plan, or after:PASS such as after:autodiff',
    },
  },
  async run({ io, values, positionals: [file = ''] }) {
    const batch = wholeNumber({ command: 'compile', option: 'batch' }, values.batch, { max: 65_536 });
    if (values.emit === undefined && values.out === undefined) {
      refuse(optionMissing('out', 'DIR', 'compile', 'the folder to write to'));
    }
    const target = targetWord('compile', values.target) ?? 'portable';
    const web = target === 'web';
    const type = choice({ command: 'compile', option: 'weights-type' }, values['weights-type'], weightsTypes);
    const stored = type === 'f32' ? undefined : type;
    if (stored && (values.weights === undefined || !values['infer-only'])) refuse(smallWeightsNeedWeights(stored));
    if (stored && !web) refuse(smallWeightsNeedWeb(stored));
    if (values.weights !== undefined && !values['infer-only']) refuse(weightsToTrain());
    const opened = await openModel(io, file, {
      ...(batch === undefined ? {} : { batch }),
      inferOnly: values['infer-only'],
      set: settings('compile', values.set),
      ...precisionOf('compile', values.precision),
      ...limitOf('compile', values['memory-limit']),
      ...(target === 'auto' || target === 'web' ? {} : { target }),
    });
    const withWeights = async (model: ModelFile, name: string): Promise<ModelFile> =>
      storedModel(model, (await readWeights(io, name, model.compiled.plan)).values, stored, name);
    const plain = values.weights === undefined ? opened : await withWeights(opened, values.weights);
    const model = target === 'auto' ? await modelForAdapter(io, values.device, plain, values.tune) : plain;
    if (values.emit !== undefined) {
      io.stdout(emitText(model, values.emit));
      return 0;
    }
    const { plan } = model.compiled;
    const folder = values.out as string;
    if (web) {
      const files = webArtifacts(plan, file, model.compiled.folded);
      await writeArtifacts(io, folder, files);
      io.stdout(`${folder}: ${listed(files)}\n`);
      return 0;
    }
    const files = artifacts(plan, file, model.compiled.folded);
    await writeArtifacts(io, folder, files);
    const dispatches = (['infer', 'evaluate', 'train'] as const)
      .filter((name) => plan.programs[name].length > 0)
      .map((name) => `${name} ${plan.programs[name].length}`);
    const weights = model.compiled.folded ? `, ${plan.model}.safetensors` : '';
    io.stdout(
      `${folder}: plan.json, ${plan.model}.js, ${plan.model}.d.ts${weights} and ${grouped(plan.kernels.length)} kernels, batch ${plan.batch}; dispatches: ${dispatches.join(', ')}\n`,
    );
    if (values['memory-limit'] !== undefined) io.stdout(`${limitText(model.compiled)}\n`);
    return 0;
  },
});
