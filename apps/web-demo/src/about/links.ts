/** Where the page leads to. */
export const LINKS = {
  source: 'https://github.com/googlenet-ts/googlenet',
  paper: 'https://arxiv.org/abs/1409.4842',
  licences: './licenses.md',
  notices: './NOTICES.txt',
} as const;
