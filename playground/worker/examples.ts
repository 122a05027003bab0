// The models that the page offers, and the files that models may import: those of the folder models/.
import type { Source } from '../../src/diagnostics/types.ts';
import type { Example } from '../protocol.ts';

const texts = import.meta.glob<string>(
  [
    '../../models/{drawn,mnist,lenet5,digits,fashion_cnn,cifar10,resnet20,unet_small,autoencoder,googlenet}.cnn',
    '../../models/blocks/*.cnn',
  ],
  { query: '?raw', import: 'default', eager: true },
);

const textOf = (name: string): string | undefined => texts[`../../models/${name}`];

/** In the order of the menu. */
const offered: readonly (readonly [name: string, title: string])[] = [
  ['drawn', 'Digits, drawn by code'],
  ['lenet5', 'LeNet-5'],
  ['mnist', 'MNIST, two convolutions'],
  ['fashion_cnn', 'Fashion-MNIST'],
  ['cifar10', 'CIFAR-10'],
  ['unet_small', 'U-Net: which pixel is what'],
  ['autoencoder', 'Autoencoder'],
  ['resnet20', 'ResNet-20'],
  ['googlenet', 'GoogLeNet'],
];

export const examples: readonly Example[] = offered.flatMap(([name, title]) => {
  const text = textOf(`${name}.cnn`);
  return text === undefined ? [] : [{ name, title, text }];
});

/** The files that a model of the page can import. */
export function readImport(path: string): Source | undefined {
  const text = textOf(path.replace(/^\.\//, ''));
  return text === undefined ? undefined : { file: path, text };
}
