export interface ServedFolder {
  url: string;
  requests: string[];
  close: () => Promise<void>;
}
export function serveFolder(options: {
  root: string;
  base?: string;
  isolated?: boolean;
}): Promise<ServedFolder>;
