// What is published of the networks: trainable parameters, and facts of single layers.

export interface Published {
  readonly trainable: number;
  /** All parameters, where moving statistics count too. */
  readonly total?: number;
  /** Shapes of some layers' outputs, in their order; the input first. */
  readonly shapes: string;
  /** Of one picture, in thousands of millions, as it is told: to one decimal. */
  readonly giga?: number;
  /** Rows and columns that one output sees. */
  readonly sees?: readonly [number, number];
}

const resnetSizes = (c: readonly number[]): string =>
  `224x224x3 112x112x64 56x56x64 56x56x${c[0]} 28x28x${c[1]} 14x14x${c[2]} 7x7x${c[3]} ${c[3]} 1000`;

export const published: Readonly<Record<string, Published>> = {
  alexnet: {
    trainable: 60_965_224,
    shapes: '227x227x3 55x55x96 27x27x96 27x27x256 13x13x256 13x13x384 13x13x384 13x13x256 6x6x256 9216 4096 4096 1000',
    giga: 0.7,
  },
  vgg16: {
    trainable: 138_357_544,
    shapes: '224x224x3 224x224x64 112x112x64 112x112x128 56x56x256 28x28x512 14x14x512 7x7x512 25088 4096 4096 1000',
    giga: 15.5,
  },
  vgg16_transfer: { trainable: 6_424_069, total: 21_138_757, shapes: '224x224x3 112x112x64 7x7x512 25088 256 5' },
  transfer_drawn: { trainable: 26_314, total: 27_690, shapes: '28x28x1 24x24x8 12x12x8 10x10x16 5x5x16 400 64 10' },
  googlenet: {
    trainable: 6_998_552,
    shapes:
      '224x224x3 112x112x64 56x56x64 28x28x192 28x28x256 28x28x480 14x14x480 14x14x512 7x7x832 7x7x1024 1024 1000',
    // Told as 1.5: table 1 of the paper has 34 M for the first convolution, which takes 118 M.
    giga: 1.6,
  },
  inception_v3: {
    trainable: 23_817_352,
    total: 23_851_784,
    shapes:
      '299x299x3 149x149x32 147x147x32 147x147x64 73x73x64 73x73x80 71x71x192 35x35x192 35x35x256 35x35x288 17x17x768 8x8x1280 8x8x2048 2048 1000',
    giga: 5.7,
  },
  resnet18: { trainable: 11_689_512, total: 11_699_112, shapes: resnetSizes([64, 128, 256, 512]), giga: 1.8 },
  resnet34: { trainable: 21_797_672, shapes: resnetSizes([64, 128, 256, 512]), giga: 3.7 },
  resnet50: { trainable: 25_557_032, total: 25_610_152, shapes: resnetSizes([256, 512, 1024, 2048]), giga: 4.1 },
  resnet152: { trainable: 60_192_808, shapes: resnetSizes([256, 512, 1024, 2048]), giga: 11.5 },
  resnet20: { trainable: 272_474, shapes: '32x32x3 32x32x16 16x16x32 8x8x64 64 10' },
  plain20: { trainable: 269_722, shapes: '32x32x3 32x32x16 16x16x32 8x8x64 64 10' },
  xception: {
    trainable: 22_855_952,
    total: 22_910_480,
    shapes:
      '299x299x3 149x149x32 147x147x64 147x147x128 74x74x128 37x37x256 19x19x728 10x10x1024 10x10x1536 10x10x2048 2048 1000',
    giga: 8.4,
  },
  se_resnet50: { trainable: 28_088_024, shapes: resnetSizes([256, 512, 1024, 2048]) },
  alphago_policy: { trainable: 3_882_793, total: 3_882_793, shapes: `19x19x48 ${'19x19x192 '.repeat(12)}19x19x1 361` },
  unet_small: {
    trainable: 29_508,
    total: 29_828,
    shapes: '32x32x1 32x32x8 16x16x16 8x8x32 16x16x16 16x16x32 32x32x16 32x32x8 32x32x4',
  },
  dilated_context: { trainable: 7188, shapes: `32x32x1 ${'32x32x16 '.repeat(4)}32x32x4`, sees: [31, 31] },
  dcgan_generator: { trainable: 370_627, total: 371_075, shapes: '100 2048 4x4x128 8x8x64 16x16x32 32x32x3' },
  autoencoder: { trainable: 3797, shapes: '28x28x1 14x14x16 7x7x4 14x14x16 28x28x16 28x28x1' },
  signal1d: { trainable: 0, total: 6, shapes: '64x1 64x1 64x1 64x2', sees: [1, 3] },
  sobel: { trainable: 0, total: 9, shapes: '256x256x1 256x256x1', sees: [3, 3] },
  blur: { trainable: 0, total: 9, shapes: '256x256x1 256x256x1', sees: [3, 3] },
  sharpen: { trainable: 0, total: 9, shapes: '256x256x1 256x256x1', sees: [3, 3] },
  laplace: { trainable: 0, total: 9, shapes: '256x256x1 256x256x1', sees: [3, 3] },
};
