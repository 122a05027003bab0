// Texts that are equal exactly when attributes are.

/** Nodes that passes rebuild keep their attributes: each is written once. */
const known = new WeakMap<object, string>();

/** The attributes of a node as text. */
export function attrsKey(attrs: object): string {
  let key = known.get(attrs);
  if (key === undefined) {
    key = JSON.stringify(attrs, exact);
    known.set(attrs, key);
  }
  return key;
}

/** JSON has no word for these numbers. */
const exact = (_: string, value: unknown): unknown =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `number ${Object.is(value, -0) ? '-0' : value}`
    : value;
