/** How far the transfer of a file is. */
export interface Progress {
  /** The file's name. */
  file: string;
  receivedBytes: number;
  /** Absent where the server does not say. */
  totalBytes?: number;
}
