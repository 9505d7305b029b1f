import type { ByteFiles } from '../checkpoint/checkpoint-store';

/** Byte files in memory that a test can look into and damage. */
export class TestFiles implements ByteFiles {
  readonly content = new Map<string, Uint8Array>();
  writes = 0;

  /** @param beforeWrite - may throw to fail like a full disk. */
  constructor(private readonly beforeWrite?: (count: number) => void) {}

  async list(): Promise<string[]> {
    return [...this.content.keys()];
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.content.get(name);
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    this.writes++;
    this.beforeWrite?.(this.writes);
    this.content.set(name, bytes.slice());
  }

  async remove(name: string): Promise<void> {
    this.content.delete(name);
  }

  /** Names of the checkpoints of steps, newest first. */
  steps(): string[] {
    return [...this.content.keys()]
      .filter((name) => name.startsWith('step-'))
      .sort()
      .reverse();
  }

  /** Cuts a file off, as a crash in the middle of a write that is not atomic does. */
  tear(name: string, share: number): void {
    const bytes = this.content.get(name)!;
    this.content.set(name, bytes.slice(0, Math.floor(bytes.length * share)));
  }
}
