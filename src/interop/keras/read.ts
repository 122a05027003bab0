// Keras models as JSON, of versions 1 to 3: layers with their settings, and what each reads.
import { notKeras } from '../../diagnostics/catalog/imports.ts';
import { refuse } from '../../diagnostics/index.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export const isObject = (v: Json | undefined): v is JsonObject =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
export const isList = (v: Json | undefined): v is readonly Json[] => Array.isArray(v);

/** A layer, or a whole model that stands as one. */
export interface KerasLayer {
  readonly name: string;
  readonly kind: string;
  readonly config: JsonObject;
  /** Names of the layers that it reads, a list for each time it is called. Undefined in a sequence. */
  readonly calls: readonly (readonly string[])[] | undefined;
  /** What Keras 3 says that it was built for, with the batch. */
  readonly builtFor: readonly Json[] | undefined;
}

export interface KerasModel {
  readonly name: string;
  /** Of Keras, such as 2.15.0; empty when the file does not say. */
  readonly version: string;
  readonly layers: readonly KerasLayer[];
  readonly sequential: boolean;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** With the batch, where a sequence says it apart from its layers. */
  readonly inputShape: readonly (number | null)[] | undefined;
  /** Optimizer, loss and metrics, if the file has them. */
  readonly training: JsonObject | undefined;
}

/** Keras 3 wraps tuples and types: a list stays one, a wrapped value is its inside. */
export function listOf(v: Json | undefined): readonly Json[] | undefined {
  if (isList(v)) return v;
  return isObject(v) && isList(v.items) ? v.items : undefined;
}

const text = (v: Json | undefined): string => (typeof v === 'string' ? v : '');

/** `["conv", 0, 0]`, a list of such, or a mapping to such: the names of layers. */
function portNames(v: Json | undefined): string[] {
  if (isObject(v)) return Object.values(v).flatMap(portNames);
  if (!isList(v)) return [];
  return typeof v[0] === 'string' ? [v[0]] : v.flatMap(portNames);
}

/** The tensors among the arguments of a call (Keras 3), in order. */
function tensorsIn(v: Json | undefined): string[] {
  if (isList(v)) return v.flatMap(tensorsIn);
  if (!isObject(v)) return [];
  if (v.class_name === '__keras_tensor__' && isObject(v.config)) return portNames(v.config.keras_history);
  return Object.values(v).flatMap(tensorsIn);
}

/** What a layer reads, call by call. */
function callsOf(v: Json | undefined): string[][] {
  if (!isList(v)) return [];
  return v.map((call) => (isObject(call) ? [...tensorsIn(call.args), ...tensorsIn(call.kwargs)] : callOf(call)));
}

/** Keras 2: `[["a", 0, 0, {}], ["b", 0, 0, {}]]`. */
const callOf = (v: Json): string[] => {
  if (!isList(v)) return [];
  return typeof v[0] === 'string'
    ? [v[0]]
    : v.flatMap((one) => (isList(one) && typeof one[0] === 'string' ? [one[0]] : []));
};

/** The layers of a model, or of a model inside another. */
export function modelFrom(root: JsonObject, file: string): KerasModel {
  const bad = (reason: string): never => refuse(notKeras(file, reason));
  const kind = text(root.class_name);
  if (kind === '') bad('it has no "class_name"');
  const sequential = kind === 'Sequential';
  if (!sequential && kind !== 'Functional' && kind !== 'Model')
    bad(`its "class_name" is "${kind}", not Sequential or Functional`);
  const config = isObject(root.config) ? root.config : undefined;
  const given = isList(root.config) ? root.config : (config?.layers ?? []);
  if (!isList(given) || given.length === 0) return bad('it has no "layers"');
  const layers = given.map((v, i): KerasLayer => {
    if (!isObject(v) || !isObject(v.config) || typeof v.class_name !== 'string')
      return bad(`layer ${i + 1} has no "class_name" and "config"`);
    return {
      name: text(v.name) || text(v.config.name) || `layer_${i + 1}`,
      kind: v.class_name,
      config: v.config,
      calls: sequential ? undefined : callsOf(v.inbound_nodes),
      builtFor: isObject(v.build_config) ? listOf(v.build_config.input_shape) : undefined,
    };
  });
  const build = isObject(root.build_config) ? root.build_config.input_shape : undefined;
  const shape = listOf(config?.build_input_shape) ?? listOf(build);
  const compiled = isObject(root.compile_config) ? root.compile_config : undefined;
  const trained = isObject(root.training_config) ? root.training_config : undefined;
  return {
    name: text(config?.name),
    version: text(root.keras_version),
    layers,
    sequential,
    inputs: portNames(config?.input_layers),
    outputs: portNames(config?.output_layers),
    inputShape: shape?.map((n) => (typeof n === 'number' ? n : null)),
    training: compiled ?? trained,
  };
}

/** Reads the text of a file. */
export function readKeras(source: string, file: string): { model: KerasModel; root: JsonObject } {
  let root: Json;
  try {
    root = JSON.parse(source) as Json;
  } catch (error) {
    return refuse(notKeras(file, error instanceof Error ? error.message : String(error)));
  }
  if (!isObject(root)) return refuse(notKeras(file, 'it holds no object'));
  // Attributes of an HDF5 file: the model is one of them.
  const inner = root.model_config;
  const whole = isObject(inner)
    ? { ...inner, ...(root.training_config ? { training_config: root.training_config } : {}) }
    : root;
  return { model: modelFrom(whole, file), root: whole };
}
