import type { Page } from 'playwright-core';

/** What is drawn on what, and how much it must stand out (WCAG 2.2, 1.4.3 and 1.4.11). */
const WANTED: [string, 'color' | 'borderColor' | 'backgroundColor', number][] = [
  ['h1', 'color', 4.5],
  ['.lead', 'color', 4.5],
  ['label', 'color', 4.5],
  ['.door small', 'color', 4.5],
  ['[role=alert]', 'color', 4.5],
  ['.primary', 'color', 4.5],
  ['.primary', 'backgroundColor', 3],
  ['.link', 'color', 4.5],
  ['input[type=password]', 'borderColor', 3],
  ['.languages button', 'color', 4.5],
  ['footer', 'color', 4.5],
];

/** What stands out too little on this page, with its contrast. */
export async function tooFaint(page: Page): Promise<string[]> {
  const found: unknown = await page.evaluate(`(${MEASURE})(${JSON.stringify(WANTED)})`);
  if (!Array.isArray(found)) throw new Error('nothing was measured');
  return found.map(String);
}

/** Runs in the page. Colours are painted on a canvas, since they may be given in any notation. */
const MEASURE = String.raw`(wanted) => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (rgba(color)[3] === 255) return color;
    }
    return 'white';
  };
  const luminance = (color) => {
    const [r, g, b] = rgba(color).map((byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return wanted.flatMap(([selector, property, least]) => {
    const element = document.querySelector(selector);
    if (!element) return [selector + ' is not there'];
    const around = property === 'color' ? element : element.parentElement;
    const [dark, light] = [getComputedStyle(element)[property], behind(around)]
      .map(luminance)
      .sort((a, b) => a - b);
    const contrast = (light + 0.05) / (dark + 0.05);
    return contrast < least ? [selector + ' ' + property + ': ' + contrast.toFixed(2)] : [];
  });
}`;
