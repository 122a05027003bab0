// safetensors: the bytes that the reference implementation writes, round trips, and files that are not valid.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/interop/safetensors.ts';

/** A file of this header text (its length is put before it) and these bytes. */
function file(text: string, data: readonly number[] = [], length?: number): Uint8Array {
  const header = new TextEncoder().encode(text);
  const out = new Uint8Array(8 + header.length + data.length);
  new DataView(out.buffer).setUint32(0, length ?? header.length, true);
  out.set(header, 8);
  out.set(data, 8 + header.length);
  return out;
}
const latin = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

describe('published bytes (huggingface/safetensors, bindings/python/tests/test_simple.py)', () => {
  const zeros = '\0'.repeat(16);
  test('a tensor, padded header', () => {
    const bytes = latin(`@\0\0\0\0\0\0\0{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}    ${zeros}`);
    const { tensors, metadata } = readSafetensors(bytes);
    expect(tensors.get('test')).toEqual({
      dtype: 'I32',
      shape: [2, 2],
      values: new Float32Array(4),
      bytes: new Uint8Array(16),
    });
    expect(metadata).toEqual({});
    // The writer makes the same bytes, but for the type.
    const written = writeSafetensors([{ name: 'test', shape: [2, 2], values: new Float32Array(4) }], {});
    expect(written).toEqual(
      latin(`@\0\0\0\0\0\0\0{"test":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}    ${zeros}`),
    );
  });
  test('a header that is not padded, and metadata', () => {
    const plain = latin(`<\0\0\0\0\0\0\0{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}${zeros}`);
    expect(readSafetensors(plain).tensors.size).toBe(1);
    const framework =
      'f\0\0\0\0\0\0\0{"__metadata__":{"framework":"pt"},"test1":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}       ';
    expect(readSafetensors(latin(framework + zeros))).toMatchObject({ metadata: { framework: 'pt' } });
  });
});

test('what is written is read back, and starts at a multiple of 8', () => {
  const tensor = fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) =>
    fc
      .array(fc.float({ noNaN: true }), {
        minLength: shape.reduce((a, b) => a * b, 1),
        maxLength: shape.reduce((a, b) => a * b, 1),
      })
      .map((values) => ({ shape, values: Float32Array.from(values) })),
  );
  const named = fc.uniqueArray(fc.tuple(fc.string({ unit: 'grapheme' }), tensor), {
    selector: ([name]) => name,
    maxLength: 4,
  });
  fc.assert(
    fc.property(named, fc.dictionary(fc.string(), fc.string()), (list, meta) => {
      const tensors = list.map(([name, t]) => ({ name, ...t }));
      const bytes = writeSafetensors(tensors, meta);
      expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
      const back = readSafetensors(bytes);
      expect(Object.entries(back.metadata)).toEqual(Object.entries(meta));
      for (const { name, shape, values } of tensors)
        expect(back.tensors.get(name)).toEqual({
          dtype: 'F32',
          shape,
          values,
          bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
        });
      expect(back.tensors.size).toBe(tensors.length);
      expect(writeSafetensors(tensors, meta)).toEqual(bytes);
    }),
  );
});

test('other types become f32', () => {
  const read = (dtype: string, data: readonly number[], count: number): number[] => {
    const header = `{"a":{"dtype":"${dtype}","shape":[${count}],"data_offsets":[0,${data.length}]}}`;
    return [...readSafetensors(file(header, data)).tensors.get('a')!.values];
  };
  // 1.5, -2, the smallest subnormal, infinity.
  expect(read('F16', [0x00, 0x3e, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c], 4)).toEqual([
    1.5,
    -2,
    2 ** -24,
    Number.POSITIVE_INFINITY,
  ]);
  expect(read('F16', [0x01, 0x7c], 1)).toEqual([Number.NaN]);
  expect(read('BF16', [0xc0, 0x3f, 0x00, 0xc0], 2)).toEqual([1.5, -2]);
  expect(read('F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], 1)).toEqual([1.5]);
  expect(read('I64', [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 1)).toEqual([-2]);
  expect(read('I16', [0xfe, 0xff], 1)).toEqual([-2]);
  expect(read('U8', [7, 255], 2)).toEqual([7, 255]);
  expect(read('BOOL', [1, 0], 2)).toEqual([1, 0]);
});

describe('refuses', () => {
  const one = (entry: string): string => `{"a":${entry}}`;
  const f32 = (shape: string, offsets: string): string => `{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}`;
  const eight = [0, 0, 0, 0, 0, 0, 0, 0];
  test.each<[string, Uint8Array, string]>([
    ['a file of 3 bytes', new Uint8Array(3), 'E0501'],
    ['a header longer than the file', file('{"a":', [], 100), 'E0501'],
    ['data cut short', file(one(f32('[3]', '[0,12]')), eight), 'E0501'],
    ['a text', latin('PK34....not a tensor at all'), 'E0502'],
    ['a header that is not JSON', file('{"a":]'), 'E0502'],
    ['a header that is a list', file('[1]'), 'E0502'],
    ['metadata that are numbers', file('{"__metadata__":{"a":1}}'), 'E0502'],
    ['bytes that are not UTF-8', file('{"\u00ff":1}').map((b) => (b === 0xc3 ? 0xff : b)), 'E0502'],
    ['an entry that is no object', file(one('1')), 'E0503'],
    ['an unknown type', file(one('{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}'), eight), 'E0503'],
    ['a type named as a method', file(one('{"dtype":"toString","shape":[8],"data_offsets":[0,8]}'), eight), 'E0503'],
    ['a negative size', file(one(f32('[-2]', '[0,8]')), eight), 'E0503'],
    ['sizes that overflow', file(one(f32('[4294967296,4294967296]', '[0,8]')), eight), 'E0503'],
    ['a shape of other length', file(one(f32('[3]', '[0,8]')), eight), 'E0503'],
    ['an end before the start', file(one(f32('[0]', '[8,4]')), eight), 'E0503'],
    ['overlap', file(`{"a":${f32('[2]', '[0,8]')},"b":${f32('[1]', '[4,8]')}}`, eight), 'E0504'],
    ['a hole', file(one(f32('[1]', '[4,8]')), eight), 'E0505'],
    ['bytes at the end', file(one(f32('[1]', '[0,4]')), eight), 'E0505'],
  ])('%s', (_, bytes, code) => {
    expect(() => readSafetensors(bytes)).toThrow(code);
  });
  test('every file cut short', () => {
    const bytes = writeSafetensors([{ name: 'w', shape: [2, 3], values: new Float32Array(6).fill(1) }], { a: 'b' });
    for (let n = 0; n < bytes.length; n++) expect(() => readSafetensors(bytes.subarray(0, n))).toThrow('E0501');
  });
});
