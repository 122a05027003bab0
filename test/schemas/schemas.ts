// The schemas of docs/schemas, compiled; what they say about a value, and their fields as rows for the manual.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { root } from '../support/need.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** As far as our schemas go. */
export interface Schema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly examples?: readonly Json[];
}

const folder = join(root, 'docs/schemas');

/** By name, without `.json`. */
export const schemas: ReadonlyMap<string, Schema> = new Map(
  (existsSync(folder) ? readdirSync(folder).sort() : []).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema,
  ]),
);

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
for (const schema of schemas.values()) ajv.addSchema(schema);

/** What is wrong with a value, a line each; `part` is a place in the schemas such as `train.json#/$defs/line`. */
export function faults(part: string, value: unknown): string[] {
  const validate = ajv.getSchema(part);
  if (!validate) return [`there is no ${part}`];
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params, schemaPath }) => {
    const extra = 'additionalProperty' in params ? `/${params.additionalProperty} is not in the schema` : undefined;
    return `${part}: ${instancePath}${extra ?? ` ${message} (${schemaPath})`}`;
  });
}

/** A schema and all that it is made of, without what it refers to. */
export function* partsOf(schema: Schema): Generator<Schema> {
  yield schema;
  const { $defs, properties, patternProperties, items, anyOf, additionalProperties: more } = schema;
  for (const inner of [$defs, properties, patternProperties])
    for (const s of Object.values(inner ?? {})) yield* partsOf(s);
  for (const s of [items, ...(anyOf ?? []), typeof more === 'object' ? more : undefined]) if (s) yield* partsOf(s);
}

/** What a reference within the schemas means. */
export function resolved(schema: Schema, home: Schema): { readonly schema: Schema; readonly home: Schema } {
  if (schema.$ref === undefined) return { schema, home };
  const [file = '', path = ''] = schema.$ref.split('#');
  const other = file === '' ? home : (schemas.get(file.replace(/\.json$/, '')) as Schema);
  const at = path.split('/').filter((part) => part !== '' && part !== '$defs');
  const target = at.reduce<Schema>((s, part) => (s.$defs?.[part] as Schema) ?? s, other);
  return resolved(target, other);
}

export interface Field {
  /** `layers[].name` */
  readonly path: string;
  readonly type: string;
  readonly description: string;
}

const typeOf = ({ type, enum: words, const: only, anyOf }: Schema): string =>
  words
    ? words.map((w) => `\`${JSON.stringify(w)}\``).join(', ')
    : only !== undefined
      ? `\`${JSON.stringify(only)}\``
      : anyOf
        ? anyOf.map((s) => typeOf(s.$ref ? { type: 'object' } : s)).join(' or ')
        : [type ?? 'anything'].flat().join(' or ');

/** Every field of a value that a schema describes, in order. */
export function fieldsOf(schema: Schema, home: Schema, path = ''): Field[] {
  const { schema: meant, home: there } = resolved(schema, home);
  const inner = (s: Schema, name: string): Field[] => {
    const at = path === '' || name.startsWith('[') ? `${path}${name}` : `${path}.${name}`;
    const { schema: own } = resolved(s, there);
    const description = s.description ?? own.description ?? '';
    return [...(name.startsWith('[') ? [] : [{ path: at, type: typeOf(own), description }]), ...fieldsOf(s, there, at)];
  };
  return [
    ...Object.entries(meant.properties ?? {}).flatMap(([name, s]) => inner(s, name)),
    ...Object.entries(meant.patternProperties ?? {}).flatMap(([, s]) => inner(s, 'METRIC')),
    ...(typeof meant.additionalProperties === 'object' ? inner(meant.additionalProperties, 'NAME') : []),
    ...(meant.items ? inner(meant.items, '[]') : []),
    ...(meant.anyOf ?? []).flatMap((s) => fieldsOf(s, there, path)),
  ];
}
