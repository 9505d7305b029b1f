import { readPictureFile } from './picture-file';

/** The start of a PNG that says so many pixels and holds none. */
function claiming(width: number, height: number): Blob {
  const bytes = new Uint8Array(45);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return new Blob([bytes]);
}

describe('a picture file', () => {
  it('is read where its header says a picture of a common size', async () => {
    expect((await readPictureFile(claiming(4000, 3000), 'photo.png')).length).toBe(45);
  });

  it('is refused, before it is decoded, where it claims more pixels than the memory holds', async () => {
    await expect(readPictureFile(claiming(30_000, 30_000), 'bomb.png')).rejects.toThrow(
      'readPictureFile(bomb.png): expected at most 64 million pixels, got 30000 x 30000. Make it smaller.',
    );
  });

  it('is refused, before it is read, where it is too large', async () => {
    const huge = { size: 5e9, arrayBuffer: () => Promise.reject(new Error('read')) } as unknown as Blob;
    await expect(readPictureFile(huge, 'film.png')).rejects.toThrow(/at most 64 MB, got 5000 MB/);
  });

  it('is refused where it is no picture', async () => {
    await expect(readPictureFile(new Blob(['hello']), 'notes.txt')).rejects.toThrow(/Use PNG, JPEG or WebP/);
  });
});
