// What to say of data sets that a text asks for and a page does not have: which files to drop.

/** The files of the well-known sets, as their publishers name them. */
const files: Readonly<Record<string, string>> = {
  mnist: 'train-images-idx3-ubyte, train-labels-idx1-ubyte and the two that begin with t10k',
  fashion: 'train-images-idx3-ubyte, train-labels-idx1-ubyte and the two that begin with t10k',
  cifar10: 'data_batch_1.bin and the others, and test_batch.bin',
  digits: 'digits.csv',
};

const own = ['drawn', 'shapes'];

/** `mnist` of `mnist:DIR`; undefined for sets that the page draws itself, or when none is named. */
function foreign(data: string | null): string | undefined {
  const name = data
    ?.split(':')[0]
    ?.replace(/^fashion.*/, 'fashion')
    .replace('cifar-10', 'cifar10');
  return name === undefined || own.includes(name) ? undefined : name;
}

const dropIt = (name: string): string =>
  `drop its files on this page, or press Add files${files[name] ? `: ${files[name]}, also as .gz` : ''}. They stay on this machine.`;

/** While another set stands in for the one that the text names. */
export function standsIn(data: string | null, chosen: string): string | undefined {
  const name = foreign(data);
  if (!name || chosen === 'files') return undefined;
  return `The text asks for ${name}: ${dropIt(name)} Until then, pictures drawn by code stand in.`;
}

/** When no set of the page suits the network. */
export function nothingSuits(data: string | null, shape: readonly number[], chosen: string): string | undefined {
  const name = foreign(data);
  if (!name || chosen === 'files') return undefined;
  return `This network reads pictures of ${shape.join('\u00d7')}, which no set of this page has. It asks for ${name}: ${dropIt(name)}`;
}
