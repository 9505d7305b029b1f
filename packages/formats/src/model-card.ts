/** What is known of a model's making, for its card. Everything may be missing. */
export interface ModelCardRecord {
  /** Name of the model. Default `GoogLeNet`. */
  name?: string;
  /** Form of the network: `mnist`, `paper`, ... */
  variant?: string;
  /** Licence of the weights, as Hugging Face writes it: `mit`, `cc-by-4.0`. */
  license?: string;
  /** Data set that it was trained on, and where its licence is known that too. */
  dataset?: string;
  datasetLicense?: string;
  /** The recipe, in order: `['optimizer', 'adam']`. */
  recipe?: readonly (readonly [name: string, value: string])[];
  /** Results, each with how it was measured. */
  metrics?: readonly { name: string; value: number; protocol: string }[];
  /** Commit of the code that trained it. */
  commit?: string;
}

/** A text that cannot end or open anything in YAML or Markdown. */
function plain(value: string): string {
  return value.replace(/[\r\n|<>`]+/g, ' ').trim();
}

/** The README.md of a model: YAML for the hub, then what a reader wants to know; lines of which nothing is known are left out. */
export function modelCard(
  record: ModelCardRecord & { classes: readonly string[]; inputShape: readonly number[]; parameters: number },
): string {
  const {
    name = 'GoogLeNet',
    variant,
    license,
    dataset,
    datasetLicense,
    recipe = [],
    metrics = [],
    commit,
  } = record;
  const { classes, inputShape, parameters } = record;
  const yaml = [
    ...(license ? [`license: ${JSON.stringify(plain(license))}`] : []),
    'library_name: transformers.js',
    'pipeline_tag: image-classification',
    'tags:\n  - googlenet\n  - inception-v1\n  - onnx',
    ...(dataset ? [`datasets:\n  - ${JSON.stringify(plain(dataset))}`] : []),
  ];
  const facts = [
    ...(variant ? [`- Form of the network: ${plain(variant)}`] : []),
    `- Input: ${inputShape.join(' x ')} (height, width, channels)`,
    `- Parameters: ${parameters.toLocaleString('en')}`,
    `- Classes (${classes.length}): ${classes.slice(0, 20).map(plain).join(', ')}${classes.length > 20 ? ', ...' : ''}`,
  ];
  const data = dataset
    ? [`${plain(dataset)}${datasetLicense ? `, ${plain(datasetLicense)}` : ''}.`]
    : ['Not recorded.'];
  const results = metrics.map(
    ({ name: metric, value, protocol }) => `| ${plain(metric)} | ${value} | ${plain(protocol)} |`,
  );
  return [
    `---\n${yaml.join('\n')}\n---`,
    `# ${plain(name)}`,
    'An image classifier: GoogLeNet (Inception v1), Szegedy et al. 2014, [arXiv:1409.4842](https://arxiv.org/abs/1409.4842).',
    facts.join('\n'),
    '## Use',
    "```js\nimport { pipeline } from '@huggingface/transformers';\n\nconst classify = await pipeline('image-classification', 'path/to/this/folder', { dtype: 'fp32' }); // 'q8' for 8 bits\nconsole.log(await classify('picture.png'));\n```",
    '`model.safetensors` has the names and axes of a PyTorch `state_dict`; `config.json` says `resnet` because transformers.js runs a graph by the name of a known kind of model.',
    '## Training data',
    data.join('\n'),
    ...(recipe.length > 0
      ? ['## Recipe', recipe.map(([key, value]) => `- ${plain(key)}: ${plain(value)}`).join('\n')]
      : []),
    '## Results',
    results.length > 0
      ? ['| metric | value | how it was measured |', '| --- | --- | --- |', ...results].join('\n')
      : 'Not recorded.',
    '## Limits',
    'It knows the classes above and nothing else: any picture is given one of them. Measure it on pictures of your own before you rely on it.',
    ...(commit ? [`Trained with commit ${plain(commit)}.`] : []),
  ]
    .join('\n\n')
    .concat('\n');
}
