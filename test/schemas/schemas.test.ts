// What `--json` prints is documented: every command has a schema that knows every field, and real outputs keep to it.
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { metricNames } from '../../src/training/metrics.ts';
import { workFolder } from '../commands/support.ts';
import { withDevice } from '../support/adapter.ts';
import { expectGolden } from '../support/golden.ts';
import { runCnnc } from '../support/io.ts';
import { prepareRuns, type Run, runs } from './runs.ts';
import { type Field, faults, fieldsOf, partsOf, resolved, type Schema, schemas } from './schemas.ts';

const opened = await withDevice();
const folder = workFolder();
await prepareRuns(folder);

const loaded = await Promise.all(commands.map(async (entry) => [entry.name, await entry.load()] as const));
const withJson = loaded.flatMap(([name, { options }]) => (Object.hasOwn(options, 'json') ? [name] : []));

/** Names of the fields of each command that were seen in its outputs. */
const seen = new Map<string, Set<string>>();
function see(command: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) return value.forEach((v) => see(command, v));
  const names = seen.get(command) ?? new Set();
  seen.set(command, names);
  for (const [name, inner] of Object.entries(value)) {
    names.add(name);
    see(command, inner);
  }
}

describe('every command with --json', () => {
  test.each(withJson)('%s has a schema, and a run that is held against it', (name) => {
    expect(
      schemas.has(name),
      `docs/schemas/${name}.json is missing. Write a JSON Schema (2020-12) of what \`cnnc ${name} --json\` prints: ` +
        '$id, title, description, anyOf [$defs/result, failure.json], $defs/result (and $defs/line for lines before the last), ' +
        'a description and additionalProperties false wherever there are properties, and examples; summary.json is a short one. ' +
        'Then CNNC_UPDATE_GOLDEN=1 npx vitest run test/schemas writes docs/json.md',
    ).toBe(true);
    expect(
      runs[name]?.some(({ fails }) => !fails) && runs[name]?.[0]?.words.startsWith(name),
      `test/schemas/runs.ts has no run of \`cnnc ${name}\`: add one that succeeds, with small files, and one that fails`,
    ).toBe(true);
  });

  test('no schema is left over', () => {
    expect([...schemas.keys()].filter((name) => name !== 'failure' && !withJson.includes(name))).toEqual([]);
  });

  test.each(withJson)('%s with a wrong command line', async (name) => {
    const ran = await runCnnc([name, '--no-such-option', '--json'], folder);
    expect(ran.code).toBe(2);
    expect(faults('failure.json', JSON.parse(ran.stdout))).toEqual([]);
  });
});

describe('schemas', () => {
  test.each([...schemas])('%s is strict, described and has examples', (name, schema) => {
    expect(schema.$id).toBe(`${name}.json`);
    for (const part of partsOf(schema)) {
      if (!part.properties) continue;
      expect(part.additionalProperties, `${name}.json: ${part.description}`).toBe(false);
      for (const [field, inner] of Object.entries(part.properties)) {
        const described = inner.description ?? resolved(inner, schema).schema.description;
        expect(described?.length ?? 0, `${name}.json: ${field} needs a description`).toBeGreaterThan(0);
      }
    }
    expect(schema.examples?.length ?? 0).toBeGreaterThan(0);
    for (const example of schema.examples ?? []) expect(faults(`${name}.json`, example)).toEqual([]);
  });

  test('one field too many, or too few, does not pass', () => {
    const [example] = schemas.get('check')?.examples ?? [];
    expect(faults('check.json', { ...(example as object), more: 1 }).join()).toContain('/more is not in the schema');
    expect(faults('check.json', {}).length).toBeGreaterThan(0);
  });

  test('all metrics are known', () => {
    for (const metric of [...metricNames, 'top3']) {
      const means = { loss: 1, [metric]: 0.5 };
      expect(
        faults('train.json#/$defs/means', means),
        `add ${metric} to patternProperties in train.json and eval.json`,
      ).toEqual([]);
    }
  });
});

const advice = (name: string): string =>
  `what \`cnnc ${name} --json\` prints and docs/schemas/${name}.json differ: change the schema with the output, then CNNC_UPDATE_GOLDEN=1 npx vitest run test/schemas`;

describe('outputs', () => {
  const all = Object.entries(runs).flatMap(([name, list]) => list.map((run) => [run.words, name, run] as const));
  test.each(all.filter(([, , run]) => !run.adapter || opened))(
    'cnnc %s',
    { timeout: 60_000 },
    async (words, name, run: Run) => {
      const ran = await runCnnc([...words.split(' '), '--json'], folder, { env: { CNNC_DATA: folder } });
      expect(ran.code, ran.stderr).toBe(run.code ?? 0);
      const all = ran.stdout.trimEnd().split('\n');
      const last: unknown = JSON.parse(all.pop() as string);
      const lines = run.text ? [] : all.map((line) => JSON.parse(line) as unknown);
      if (run.fails) expect(faults('failure.json', last)).toEqual([]);
      else {
        expect(faults(`${name}.json#/$defs/result`, last), advice(name)).toEqual([]);
        for (const line of lines) expect(faults(`${name}.json#/$defs/line`, line), advice(name)).toEqual([]);
        for (const value of [...lines, last]) see(name, value);
      }
    },
  );

  // `data get` needs a server: test/sets/download.test.ts holds it against its part of the schema.
  const elsewhere: Readonly<Record<string, readonly string[]>> = { data: ['got'] };
  test.skipIf(!opened)('no field is documented that no run has', () => {
    for (const name of withJson) {
      const parts = Object.entries(schemas.get(name)?.$defs ?? {}).filter(([part]) => !elsewhere[name]?.includes(part));
      const documented = parts.flatMap(([, part]) =>
        [...partsOf(part)].flatMap((p) => Object.keys(p.properties ?? {})),
      );
      const unseen = documented.filter((field) => !seen.get(name)?.has(field));
      expect(unseen, `${name}.json`).toEqual([]);
    }
  });
});

const table = (fields: readonly Field[]): string[] => [
  '| field | is | meaning |',
  '|---|---|---|',
  ...fields.map(({ path, type, description }) => `| \`${path}\` | ${type} | ${description.replaceAll('|', '\\|')} |`),
];
const fenced = (text: string, kind = 'json'): string[] => [`\`\`\`${kind}`, text, '```'];

/** The manual of one schema. */
function manual(name: string, schema: Schema): string[] {
  const command = runs[name]?.[0];
  const part = (of: string): string[] => (schema.$defs?.[of] ? table(fieldsOf(schema.$defs[of], schema)) : []);
  const lines = part('line');
  return [
    `## ${name}`,
    '',
    schema.description ?? '',
    '',
    `Schema: [schemas/${name}.json](schemas/${name}.json).`,
    '',
    ...(command ? [...fenced(`cnnc ${command.words} --json`, 'sh'), ''] : []),
    ...(schema.examples ?? []).flatMap((example) => [...fenced(JSON.stringify(example, null, 2)), '']),
    ...(schema.$defs?.result ? part('result') : table(fieldsOf(schema, schema))),
    ...(lines.length > 0 ? ['', 'Each line before the last:', '', ...lines] : []),
    '',
  ];
}

test('the manual is what the schemas say', () => {
  const failure = schemas.get('failure') as Schema;
  const text = [
    '# JSON output',
    '',
    'Written from the schemas in [schemas/](schemas) (JSON Schema 2020-12), which the tests hold against real outputs.',
    '',
    'With `--json` the last line of standard output is one JSON value; messages and progress go to standard error. Numbers that are not finite are `null`. Fields may be added in later versions, and none is renamed or removed without a new major version.',
    '',
    '| command | last line | schema |',
    '|---|---|---|',
    ...withJson.map(
      (name) =>
        `| [\`${name}\`](#${name}) | ${schemas.get(name)?.description?.split('. ')[0]?.replace(/\.$/, '')} | [${name}.json](schemas/${name}.json) |`,
    ),
    '| [any that fails](#failure) | `ok`, `diagnostics` | [failure.json](schemas/failure.json) |',
    '',
    ...manual('failure', failure),
    ...withJson.flatMap((name) => manual(name, schemas.get(name) ?? {})),
  ];
  expectGolden('docs/json.md', `${text.join('\n').trimEnd()}\n`);
});
