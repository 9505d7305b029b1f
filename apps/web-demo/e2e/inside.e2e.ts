import type { Page } from 'playwright-core';
import { drawDigit, networkReady, openSite, seriousProblems, type Site } from './site';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

describe('looking inside', () => {
  it('opens a module and shows its four branches for this very drawing', async () => {
    const { page, problems } = await site.open('#/inside');
    await page.getByText('There is nothing to look at yet.').waitFor();
    await page.getByRole('link', { name: 'Draw a digit', exact: true }).click();
    await networkReady(page);
    await drawDigit(page, 5);
    await page.getByRole('link', { name: 'Look inside the network' }).click();
    const panel = page.getByTestId('module-panel');
    await panel.and(page.locator('[data-module=inception_3b]')).waitFor();
    expect(await page.getByRole('link', { name: /^Module / }).count()).toBe(9);

    await page.getByRole('link', { name: /^Module 4c/ }).click();
    await panel.and(page.locator('[data-module=inception_4c]')).waitFor();
    expect(page.url()).toContain('#/inside/inception_4c');
    const branches = panel.locator('[data-branch]');
    expect(
      await branches.evaluateAll((all) => all.map((branch) => branch.getAttribute('data-branch'))),
    ).toEqual(['conv1x1', 'conv3x3', 'conv5x5', 'poolProj']);
    for (const branch of await branches.all()) {
      const brightest = await branch.locator('canvas').evaluateAll((maps) =>
        maps.map((map) =>
          Math.max(
            ...(map as HTMLCanvasElement)
              .getContext('2d')!
              .getImageData(0, 0, 14, 14)
              .data.filter((_, i) => i % 4 !== 3),
          ),
        ),
      );
      expect(brightest.length).toBeGreaterThanOrEqual(2);
      expect(Math.max(...brightest)).toBeGreaterThan(60);
    }
    const parts = await panel.locator('.branch-numbers > div:first-child .number').allInnerTexts();
    expect(Math.abs(parts.reduce((sum, part) => sum + Number.parseInt(part), 0) - 100)).toBeLessThanOrEqual(
      2,
    );
    const minds = page.getByTestId('mind').locator('tbody tr');
    await minds.nth(9).waitFor({ timeout: 30_000 });
    const rows = await minds.evaluateAll((all) => all.map((row) => row.querySelector('th')?.textContent));
    expect(rows).toEqual(['3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b', 'answer']);
    expect(await minds.nth(9).locator('.best').innerText()).toMatch(/^\d+$/);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('explains another class when asked, and follows a link to a module', async () => {
    const { page } = await site.open('#/draw');
    await networkReady(page);
    await page.getByRole('button', { name: 'Test digit 2' }).click();
    await page.evaluate(() => (location.hash = '#/inside/inception_5b'));
    const panel = page.getByTestId('module-panel');
    await panel.and(page.locator('[data-module=inception_5b]')).waitFor();
    const heatOf = () =>
      page.getByLabel('Grad-CAM of module 5b').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await page.getByRole('heading', { name: 'Why “2”?' }).waitFor();
    const own = await heatOf();
    await page.getByLabel('Evidence for the class').selectOption('7');
    await page.getByRole('heading', { name: 'Why “7”?' }).waitFor();
    await page.waitForFunction(
      (before) => document.querySelector<HTMLCanvasElement>('.cam-overlay')?.toDataURL() !== before,
      own,
    );
    await page.context().close();
  });
});

/** The numbers of the sum that is on the screen: its terms, their sum, what the ReLU makes of it; and what the network said. */
async function sumOnScreen(page: Page) {
  const view = page.getByTestId('pixel-sum');
  const [texts, activation] = await Promise.all([
    view.locator('.part-sum, .sum-total dd').allInnerTexts(),
    view.getAttribute('data-activation'),
  ]);
  const numbers = texts.map((text) => Number(text.replace('−', '-')));
  return {
    terms: numbers.slice(0, -2),
    sum: numbers.at(-2),
    result: numbers.at(-1),
    activation: Number(activation),
  };
}

describe('the sum behind a pixel', () => {
  it('adds up on the screen, follows pointer and keys, and gives the focus back', async () => {
    const { page, problems } = await site.open('#/draw', { reducedMotion: 'reduce' });
    await networkReady(page);
    await page.getByRole('button', { name: 'Test digit 3' }).click();
    await page.evaluate(() => (location.hash = '#/inside'));
    await page.getByRole('link', { name: /^First convolution, 3×3/ }).click();
    const panel = page.getByTestId('module-panel');
    await panel.and(page.locator('[data-module=conv1]')).waitFor();
    await page.keyboard.press('ArrowRight');
    await panel.and(page.locator('[data-module=inception_3a]')).waitFor();
    expect(page.url()).toContain('#/inside/inception_3a');
    await page.getByRole('button', { name: 'Next: 3b' }).click();
    await panel.and(page.locator('[data-module=inception_3b]')).waitFor();

    for (const branch of ['conv1x1', 'conv3x3', 'conv5x5', 'poolProj']) {
      const button = panel.locator(`[data-branch=${branch}] button`).first();
      await button.click();
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      if (branch === 'conv3x3') expect(await seriousProblems(page)).toEqual([]);
      const line = await dialog.getByRole('status').innerText();
      const { terms, sum, result, activation } = await sumOnScreen(page);
      expect(terms.reduce((total, term) => total + term, 0)).toBeCloseTo(sum ?? NaN, 6);
      expect(activation).toBeGreaterThan(0);
      expect(Math.abs((result ?? NaN) - activation)).toBeLessThan(0.00051);
      await page.keyboard.press('ArrowDown');
      expect(await dialog.getByRole('status').innerText()).not.toBe(line);
      const box = await dialog.getByRole('application').boundingBox();
      await page.mouse.move((box?.x ?? 0) + 3, (box?.y ?? 0) + 3);
      await dialog.getByText('Row 1, column 1:').waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    }
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('is told to newcomers in five steps with the network at work', async () => {
    const { page, problems } = await site.open('#/draw', {
      viewport: { width: 320, height: 700 },
      reducedMotion: 'reduce',
    });
    await networkReady(page);
    await page.getByRole('button', { name: 'Test digit 4' }).click();
    await page.evaluate(() => (location.hash = '#/inside'));
    await page.getByRole('link', { name: /five steps/ }).click();
    const story = page.getByTestId('story');
    await story.getByTestId('pixel-sum').waitFor();
    await story
      .getByText(/Alone it would say/)
      .nth(3)
      .waitFor({ timeout: 60_000 });
    expect(await story.getByRole('heading', { level: 2 }).count()).toBe(5);
    const { sum, result, activation } = await sumOnScreen(page);
    expect([sum, result]).toEqual([Number(activation.toFixed(3)), Number(activation.toFixed(3))]);
    await story.getByRole('button', { name: 'Step 4: Deeper' }).click();
    await story
      .locator('[aria-current=step]')
      .and(page.getByText('4', { exact: true }))
      .waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

describe('the cost explorer', () => {
  it('has the right arithmetic for the worked example and for the paper', async () => {
    const { page } = await site.open('#/cost');
    await page.getByText('27,225,000').waitFor();
    await page.getByText('453,750', { exact: true }).waitFor();
    expect(await page.getByTestId('example-total').innerText()).toBe('635,250');
    expect(await page.getByTestId('example-ratio').innerText()).toBe('42.9×');
    expect(await page.getByTestId('cost-ratio').innerText()).toBe('4.17×');
    await page.getByLabel('Module of the paper').selectOption('3b');
    expect(await page.getByTestId('cost-ratio').innerText()).toBe('2.81×');
    const before = await page.getByTestId('reduced-total').innerText();
    await page.getByLabel('1×1 before the 3×3').focus();
    await page.keyboard.press('Home');
    const after = await page.getByTestId('reduced-total').innerText();
    expect(Number(after.replaceAll(',', ''))).toBeLessThan(Number(before.replaceAll(',', '')) / 2);
    await page.getByRole('button', { name: "The paper's numbers again" }).click();
    expect(await page.getByTestId('reduced-total').innerText()).toBe(before);
    await page.context().close();
  });
});
