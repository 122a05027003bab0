// A network as files for those who do not read networks.mjs: cnnc's text, weights, and what cnnc itself exports to ONNX.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { BATCHES, pictures, weights } from '../data.mjs';
import { cnncText, networks, shaped } from '../networks.mjs';
import { distFolder } from './dist.mjs';

/** A safetensors file: the length of the header, the header in JSON, the values. */
function safetensors(map) {
  const header = {};
  let at = 0;
  for (const [name, { shape, values }] of map) {
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + values.byteLength] };
    at += values.byteLength;
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...[...map.values()].map(({ values }) => Buffer.from(values.buffer))]);
}

/** Writes `name`.cnn, .safetensors and .onnx to a folder; gives the path of each. */
export function exportOnnx(folder, name, batch) {
  mkdirSync(folder, { recursive: true });
  const path = (ending) => `${folder}/${name}.${ending}`;
  writeFileSync(path('cnn'), cnncText(name, networks[name], batch));
  writeFileSync(path('safetensors'), safetensors(weights(networks[name])));
  const args = ['export', path('cnn'), '--weights', path('safetensors'), '-o', path('onnx')];
  const { status, stderr } = spawnSync(process.execPath, [`${distFolder}/cnnc.js`, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cnnc export of ${name}: ${stderr.trim()}`);
  return { cnn: path('cnn'), weights: path('safetensors'), onnx: path('onnx') };
}

/** Beside those: the layers as JSON, and pictures and labels as bytes, for a contender that is not JavaScript. */
export function dump(folder, name, batch) {
  const network = networks[name];
  const { values, labels, scale } = pictures(network, BATCHES * batch);
  const base = `${folder}/${name}`;
  writeFileSync(`${base}.pictures`, values);
  writeFileSync(`${base}.labels`, Buffer.from(labels.buffer));
  writeFileSync(`${base}.json`, JSON.stringify({ input: network.input, layers: shaped(network), scale, batch }));
  return base;
}
