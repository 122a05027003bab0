// Where in a text a place is: what may be written there depends on it.

export type Section = 'none' | 'model' | 'train' | 'data';

/** The section that a place is in: the last one that begins before it and is open there. */
export function sectionAt(before: string): Section {
  let depth = 0;
  let section: Section = 'none';
  for (const line of before.replace(/\/\/.*/g, '').split('\n')) {
    const opens = /^\s*(model|train|block|data)\b/.exec(line)?.[1];
    if (depth === 0 && opens) section = opens === 'train' || opens === 'data' ? opens : 'model';
    for (const c of line) depth += c === '{' ? 1 : c === '}' ? -1 : 0;
    if (depth <= 0) depth = 0;
  }
  return depth === 0 ? 'none' : section;
}
