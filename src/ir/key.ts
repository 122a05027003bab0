// Texts that are equal exactly when attributes are.

/** The attributes of a node as text. */
export const attrsKey = (attrs: unknown): string => JSON.stringify(attrs, exact);

/** JSON has no word for these numbers. */
const exact = (_: string, value: unknown): unknown =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `number ${Object.is(value, -0) ? '-0' : value}`
    : value;
