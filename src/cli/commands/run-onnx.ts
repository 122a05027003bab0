// `cnnc run-onnx`: a case of the ONNX backend tests, run and compared.
import { exceededLimits } from '../../../runtime/index.ts';
import { targetFor } from '../../codegen/target-for.ts';
import { planTooLarge } from '../../diagnostics/catalog/device.ts';
import { caseIncomplete } from '../../diagnostics/catalog/onnx.ts';
import { badChoice } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { type Compared, compareTensors } from '../../interop/onnx/cases.ts';
import { type Converted, convertModel } from '../../interop/onnx/convert.ts';
import type { OnnxTensor } from '../../interop/onnx/decode.ts';
import { execute } from '../../interop/onnx/execute.ts';
import { reference } from '../../interop/onnx/prepare.ts';
import type { Value } from '../../interop/onnx/value.ts';
import { command } from '../args.ts';
import { openAdapter } from '../backend.ts';
import { table } from '../format.ts';
import { printJson } from '../io.ts';
import { type OnnxCase, readCase } from '../onnx-case.ts';

interface Computer {
  readonly name: string;
  run(converted: Converted): Promise<Map<string, ArrayLike<number>>>;
  close(): void;
}

const onReference: Computer = {
  name: 'reference interpreter',
  run: async (converted) => reference(converted),
  close: () => undefined,
};

async function open(device: string | undefined): Promise<Computer> {
  const opened = await openAdapter(device);
  if (opened === 'asked' || opened === 'none') return onReference;
  const target = targetFor(opened);
  return {
    name: opened.adapter.name,
    run: (converted) =>
      execute(converted, opened.device, target, (plan) => {
        const [worst] = exceededLimits(plan, opened.limits as unknown as Parameters<typeof exceededLimits>[1]);
        if (!worst) return;
        const { limit, needed, available, what } = worst;
        refuse(planTooLarge(plan.model, what, limit, needed, available, '', opened.adapter.name, undefined));
      }),
    close: () => opened.close(),
  };
}

/** What the outputs of a case are and should be. */
async function compare(test: OnnxCase, computer: Computer): Promise<(Compared & { readonly set: string })[]> {
  const compared: (Compared & { readonly set: string })[] = [];
  for (const set of test.sets) {
    const converted = convertModel(test.model, set.inputs, test.file);
    const found = await computer.run(converted);
    test.model.outputs.forEach(({ name }, k) => {
      const expected = set.expected[k];
      if (!expected) refuse(caseIncomplete(test.file, `${set.name} holds no output_${k}.pb`));
      const value = converted.outputs.get(name) as Value;
      compared.push({
        set: set.name,
        ...compareTensors(name, value.dims, found.get(name) ?? [], expected as OnnxTensor),
      });
    });
  }
  return compared;
}

const number = (n: number): string => (Number.isNaN(n) ? '-' : n === 0 ? '0' : n.toExponential(2));

export const runOnnx = command({
  name: 'run-onnx',
  summary: 'run a case of the ONNX backend tests and compare its outputs',
  usage: `cnnc run-onnx test_conv_with_strides_padding
cnnc run-onnx light_resnet50.onnx --json`,
  positionals: {
    name: 'CASE',
    doc: 'a folder with model.onnx and test_data_set_0, or NET.onnx beside NET_output_0.pb',
    min: 1,
    max: 1,
  },
  options: {
    device: {
      type: 'string',
      value: 'NAME',
      doc: 'as in train: auto, hardware, software, a part of a name, or reference',
    },
    json: { type: 'boolean', doc: 'print {ok, case, device, outputs} on the last line' },
  },
  async run({ io, values, positionals: [path = ''] }) {
    if (values.device === '')
      refuse(badChoice('device', '', ['auto', 'hardware', 'software', 'reference'], 'run-onnx'));
    const test = await readCase(io, path);
    const computer = await open(values.device ?? 'auto');
    let compared: Awaited<ReturnType<typeof compare>>;
    try {
      compared = await compare(test, computer);
    } finally {
      computer.close();
    }
    const ok = compared.every((c) => c.ok);
    if (values.json) {
      const outputs = compared.map(({ set, name, dims, largestAbsolute, largestRelative, ok: fine, reason }) => ({
        set,
        name,
        shape: dims,
        largest_absolute: largestAbsolute,
        largest_relative: largestRelative,
        ok: fine,
        ...(reason ? { reason } : {}),
      }));
      printJson(io, { ok, case: test.name, device: computer.name, outputs });
    } else {
      const rows = compared.map((c) => [
        c.set,
        c.name,
        c.dims.join('x') || 'scalar',
        number(c.largestAbsolute),
        number(c.largestRelative),
        c.ok ? 'ok' : (c.reason ?? 'differs'),
      ]);
      io.stdout(
        table(
          [['set', 'output', 'shape', 'absolute', 'relative', ''], ...rows],
          [false, false, false, true, true, false],
        ),
      );
      io.stdout(`${test.name}: ${ok ? 'ok' : 'differs'} (rtol 1e-3, atol 1e-7), ${computer.name}\n`);
    }
    return ok ? 0 : 1;
  },
});
