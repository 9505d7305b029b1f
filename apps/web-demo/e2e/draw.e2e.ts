import { coverageOfLines, makePhotograph } from '../../../packages/mnist/src/testing/photographs';
import { digitStrokes } from './digit-strokes';
import type { Locator } from 'playwright-core';
import { dropFiles, networkReady, openSite, drawDigit, settledAnswer, touchDigit, type Site } from './site';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

describe('drawing', () => {
  it('reads strokes for all ten digits, and holds no more tensors after a hundred predictions', async () => {
    const { page, problems } = await site.open();
    await networkReady(page);
    await drawDigit(page, 0);
    await settledAnswer(page);
    const before = await page.evaluate(() => globalThis.googlenetMemory?.predicting());
    const answers: string[] = [];
    for (let digit = 0; digit < 10; digit++) {
      await page.getByRole('button', { name: 'Clear' }).click();
      await drawDigit(page, digit);
      answers.push(await settledAnswer(page));
    }
    expect(answers.join('')).toBe('0123456789');
    const answered = Number(await page.evaluate(() => globalThis.googlenetMemory?.answered()));
    expect(answered).toBeGreaterThan(100);
    expect(await page.evaluate(() => globalThis.googlenetMemory?.predicting())).toEqual(before);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('shows the 28 by 28 picture that the network sees, and takes strokes back', async () => {
    const { page } = await site.open();
    await networkReady(page);
    const lit = () =>
      page.getByLabel('The 28 by 28 picture that the network sees').evaluate((canvas: HTMLCanvasElement) => {
        const { data, width, height } = canvas.getContext('2d')!.getImageData(0, 0, 28, 28);
        return { width, height, lit: data.filter((value, i) => i % 4 === 0 && value > 100).length };
      });
    await drawDigit(page, 4);
    const whole = await lit();
    expect([whole.width, whole.height]).toEqual([28, 28]);
    expect(whole.lit).toBeGreaterThan(40);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect((await lit()).lit).not.toBe(whole.lit);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByLabel('Nothing to see yet').waitFor();
    expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
    await page.context().close();
  });

  it('can be drawn on with the keyboard alone', async () => {
    const { page } = await site.open();
    await networkReady(page);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Drawing canvas');
    await page.keyboard.press(' ');
    for (let i = 0; i < 22; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press(' ');
    expect(await settledAnswer(page)).toBe('1');
    await page.keyboard.press('Backspace');
    await page.getByLabel('Nothing to see yet').waitFor();
    await page.context().close();
  });

  it('takes a test digit, a picture file, and says what is wrong with a file that is no picture', async () => {
    const { page } = await site.open();
    await networkReady(page);
    await page.getByRole('button', { name: 'Test digit 7' }).click();
    expect(await settledAnswer(page)).toBe('7');
    await page.getByText('Right: its writer meant 7.').waitFor();
    const png = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(200, 300);
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#fff';
      context.fillRect(0, 0, 200, 300);
      context.lineWidth = 22;
      context.lineCap = 'round';
      context.strokeStyle = '#226';
      context.beginPath();
      context.moveTo(105, 60);
      context.lineTo(98, 240);
      context.stroke();
      const blob = await canvas.convertToBlob();
      return [...new Uint8Array(await blob.arrayBuffer())];
    });
    const input = page.getByLabel('Picture file');
    await input.setInputFiles({ name: 'one.png', mimeType: 'image/png', buffer: Buffer.from(png) });
    expect(await settledAnswer(page)).toBe('1');
    await page.getByRole('button', { name: 'Clear' }).click();
    await dropFiles(page, '.drawing-canvas', [{ name: 'one.png', type: 'image/png', bytes: png }]);
    expect(await settledAnswer(page)).toBe('1');
    await input.setInputFiles({
      name: 'broken.png',
      mimeType: 'image/png',
      buffer: Buffer.from('not a picture'),
    });
    await page.getByRole('alert').getByText('broken.png: expected a picture').waitFor();
    await page.context().close();
  });

  it('turns the photograph of a phone by its EXIF data, in a soft shadow and on ruled paper', async () => {
    const { page } = await site.open();
    await networkReady(page);
    const answerTo = async (buffer: Buffer) => {
      await page.getByLabel('Picture file').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer });
      const answer = await settledAnswer(page);
      await page.getByRole('button', { name: 'Clear' }).click();
      return answer;
    };
    for (const kind of ['softShadow', 'ruled'] as const) {
      const coverage = coverageOfLines(digitStrokes[5] ?? [], 0.08);
      const { data, width, height } = makePhotograph(coverage, kind, 5);
      const rgb = Buffer.from(data).toString('base64');
      const lying = Buffer.from(await page.evaluate(toLyingJpeg, { rgb, width, height }), 'base64');
      expect([kind, await answerTo(withOrientation(lying))]).toEqual([kind, '5']);
      if (kind === 'ruled') expect(await answerTo(lying)).not.toBe('5');
    }
    await page.context().close();
  });

  it.each([
    ['upright', 390, 844],
    ["upright, between its browser's bars", 390, 664],
    ['on its side', 844, 390],
  ])('shows the drawing and the answer together on a phone %s', async (_, width, height) => {
    const { page } = await site.open('', { viewport: { width, height }, hasTouch: true, isMobile: true });
    await networkReady(page);
    await touchDigit(page, 3);
    expect(await settledAnswer(page)).toBe('3');
    expect(await page.evaluate(() => scrollY)).toBe(0);
    const lowest = async (part: Locator) => {
      const box = await part.boundingBox();
      return (box?.y ?? Infinity) + (box?.height ?? 0);
    };
    expect(await lowest(page.getByLabel('Drawing canvas'))).toBeLessThanOrEqual(height);
    expect(await lowest(page.getByTestId('answer'))).toBeLessThanOrEqual(height);
    expect(await lowest(page.locator('.answer .bars li.best'))).toBeLessThanOrEqual(height);
    // The bars of all digits where the window is as high as the phone.
    if (height !== 664) expect(await lowest(page.locator('.answer .bars'))).toBeLessThanOrEqual(height);
    await page.context().close();
  });

  it('follows a finger at phone width, without scrolling the page away', async () => {
    const { page } = await site.open('', {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    await networkReady(page);
    for (const digit of [2, 5]) {
      await touchDigit(page, digit);
      expect(await settledAnswer(page)).toBe(String(digit));
      await page.getByRole('button', { name: 'Clear' }).click();
    }
    await page.context().close();
  });

  it('opens a drawing from its link', async () => {
    const { page } = await site.open();
    await networkReady(page);
    await drawDigit(page, 3);
    expect(await settledAnswer(page)).toBe('3');
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.waitForFunction(() => location.hash.includes('?d='));
    const { hash } = new URL(page.url());
    const other = await site.open();
    await networkReady(other.page);
    await drawDigit(other.page, 1);
    expect(await settledAnswer(other.page)).toBe('1');
    // The link is opened in a tab that has the page already.
    await other.page.evaluate((link) => (location.hash = link), hash);
    expect(await settledAnswer(other.page)).toBe('3');
    expect(await other.page.title()).toBe('Draw · GoogLeNet in the browser');

    await other.page.getByRole('button', { name: 'Clear' }).click();
    await drawDigit(other.page, 7);
    await other.page.getByRole('link', { name: 'Cost' }).click();
    await other.page.goBack();
    expect(await settledAnswer(other.page)).toBe('7');
    await Promise.all([page.context().close(), other.page.context().close()]);
  });
});

interface Pixels {
  /** Red, green and blue bytes in base64: long arrays of numbers take the driver minutes. */
  rgb: string;
  width: number;
  height: number;
}

/** In the page: a picture as a JPEG file in base64, turned left by a quarter, as the sensor of a phone that is held upright stores it. */
async function toLyingJpeg({ rgb, width, height }: Pixels): Promise<string> {
  const upright = new OffscreenCanvas(width, height);
  const image = new ImageData(width, height);
  const bytes = atob(rgb);
  image.data.fill(255);
  for (let i = 0; i < bytes.length; i++) image.data[4 * Math.floor(i / 3) + (i % 3)] = bytes.charCodeAt(i);
  upright.getContext('2d')?.putImageData(image, 0, 0);
  const lying = new OffscreenCanvas(height, width);
  const context = lying.getContext('2d');
  context?.translate(0, width);
  context?.rotate(-Math.PI / 2);
  context?.drawImage(upright, 0, 0);
  const blob = await lying.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
  const jpeg = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(jpeg, (byte) => String.fromCharCode(byte)).join(''));
}

/** A JPEG file with the EXIF entry that says: turn it right by a quarter. */
function withOrientation(jpeg: Buffer): Buffer {
  const exif = Buffer.from(
    'ffe10022457869660000' + '49492a0008000000' + '0100' + '120103000100000006000000' + '00000000',
    'hex',
  );
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
}
