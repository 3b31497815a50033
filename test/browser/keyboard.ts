import type { Page } from 'playwright-core';

/** Also through what is in frames. */
const MOST_TABS = 120;

/** What cannot be reached by the Tab key on the page that is open, or does not show that it has the focus. */
export async function outOfReach(page: Page): Promise<string[]> {
  const names: unknown = await page.evaluate(`(${MARK})()`);
  if (!Array.isArray(names)) throw new Error('nothing was counted');
  const missing = new Set(names.map(String));
  const faint: string[] = [];
  for (let tabs = 0; missing.size > 0 && tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press('Tab');
    const [name, shows] = String(await page.evaluate(`(${FOCUSED})()`)).split('|');
    if (name && missing.delete(name) && shows === 'no') faint.push(`${name} hides its focus`);
  }
  return [...[...missing].map((name) => `${name} cannot be reached`), ...faint];
}

/* They run in the page. */
const MARK = String.raw`() => {
  document.activeElement?.blur();
  const all = [...document.querySelectorAll('a[href], button:enabled, input:enabled, summary')];
  return all.filter((one) => one.checkVisibility()).map((one, at) => {
    one.dataset.reach = one.tagName + ' ' + (one.name || one.textContent).trim().slice(0, 40) + ' ' + at;
    return one.dataset.reach;
  });
}`;
const FOCUSED = String.raw`() => {
  const one = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const shows = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  return (one.dataset.reach ?? '') + '|' + (shows ? 'yes' : 'no');
}`;
