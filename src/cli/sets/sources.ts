// Where the well-known sets are published, and the checksums of their files.

export interface SourceFile {
  /** As the publisher names it. */
  readonly name: string;
  readonly bytes: number;
  /** As published: for MNIST and Fashion-MNIST by torchvision and their authors, for CIFAR-10 on its page. */
  readonly md5?: string;
  readonly sha256?: string;
}

export interface Source {
  readonly title: string;
  /** Its place in a folder of data sets. */
  readonly folder: string;
  /** Addresses of folders that hold the files; the next is asked when one fails. */
  readonly addresses: readonly string[];
  readonly files: readonly SourceFile[];
  /** What is made of the files: they stay as they are, an archive is unpacked, or a table is packed with gzip. */
  readonly keep: 'files' | { readonly unpack: readonly string[] } | { readonly gzip: string };
}

const idxFiles = (
  files: readonly (readonly [name: string, bytes: number, md5: string, sha256: string])[],
): SourceFile[] => files.map(([name, bytes, md5, sha256]) => ({ name: `${name}-ubyte.gz`, bytes, md5, sha256 }));

export const sources: Readonly<Record<string, Source>> = {
  mnist: {
    title: 'MNIST: 70,000 handwritten digits of 28x28 (LeCun, Cortes, Burges)',
    folder: 'mnist',
    addresses: ['https://ossci-datasets.s3.amazonaws.com/mnist', 'https://storage.googleapis.com/cvdf-datasets/mnist'],
    files: idxFiles([
      [
        'train-images-idx3',
        9_912_422,
        'f68b3c2dcbeaaa9fbdd348bbdeb94873',
        '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      ],
      [
        'train-labels-idx1',
        28_881,
        'd53e105ee54ea40749a09fcbcd1e9432',
        '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      ],
      [
        't10k-images-idx3',
        1_648_877,
        '9fb629c4189551a2d022fa330f9573f3',
        '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      ],
      [
        't10k-labels-idx1',
        4_542,
        'ec29112dd5afa0611ce80d1b7f02629c',
        'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
      ],
    ]),
    keep: 'files',
  },
  fashion: {
    title: 'Fashion-MNIST: 70,000 pictures of clothes of 28x28 (Zalando Research, MIT licence)',
    folder: 'fashion-mnist',
    addresses: ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com'],
    files: idxFiles([
      [
        'train-images-idx3',
        26_421_880,
        '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
        '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      ],
      [
        'train-labels-idx1',
        29_515,
        '25c81989df183df01b3e8a0aad5dffbe',
        'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      ],
      [
        't10k-images-idx3',
        4_422_102,
        'bef4ecab320f06d8554ea6380940ec79',
        '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      ],
      [
        't10k-labels-idx1',
        5_148,
        'bb300cfdad3c16e7a12a480ee83cd310',
        '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
      ],
    ]),
    keep: 'files',
  },
  cifar10: {
    title: 'CIFAR-10: 60,000 photographs of 32x32 in colour, ten classes (Krizhevsky 2009)',
    folder: 'cifar-10',
    addresses: ['https://www.cs.toronto.edu/~kriz'],
    files: [{ name: 'cifar-10-binary.tar.gz', bytes: 170_052_171, md5: 'c32a1d4ab5d03f1284b67883e8d87530' }],
    keep: { unpack: [...[1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`), 'test_batch.bin'] },
  },
  digits: {
    title: 'Digits: 1,797 handwritten digits of 8x8 (Alpaydin and Kaynak, UCI; those of scikit-learn; CC BY 4.0)',
    folder: 'digits',
    addresses: ['https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits'],
    files: [
      {
        name: 'optdigits.tes',
        bytes: 264_712,
        sha256: '6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8',
      },
    ],
    keep: { gzip: 'digits.csv.gz' },
  },
};
