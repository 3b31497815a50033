import { type Oklch, contrast, hexOf, readColour } from '../../src/brand/colour.ts';
import { type Shades, paletteOf } from '../../src/brand/palette.ts';

const colour = (text: string): Oklch => {
  const read = readColour(text);
  if (!read) throw new Error(`${text} is no colour`);
  return read;
};

it.each([
  ['#3c54b4', '#3c54b4'],
  ['#FD0', '#ffdd00'],
  ['rgb(60 84 180)', '#3c54b4'],
  ['rgb(60, 84, 180)', '#3c54b4'],
  ['rgb(100% 0% 0%)', '#ff0000'],
  ['hsl(0 100% 50%)', '#ff0000'],
  ['hsl(120deg, 100%, 20%)', '#006600'],
  ['hsl(-120 100% 50%)', '#0000ff'],
  ['oklch(62.8% 0.2577 29.23)', '#ff0000'],
  ['oklch(1 0 0)', '#ffffff'],
  [' #000000 ', '#000000'],
])('reads %s', (text, hex) => {
  expect(hexOf(colour(text))).toBe(hex);
});

it.each([
  '',
  'blue',
  '#12',
  '#12345',
  '#3c54b4ff',
  'rgb(60 84)',
  'rgb(60 84 180 / 50%)',
  'rgb(300 0 0)',
  'hsl(0 50 50)',
  'oklch(2 0 0)',
  'oklch(0.5 0.1 265);}body{display:none',
  'var(--x)',
  'url(#a)',
])('takes %j for no colour', (text) => {
  expect(readColour(text)).toBeUndefined();
});

it('measures contrast as WCAG does', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

it('keeps chroma where screens can show it, and lightness always', () => {
  const vivid = colour(hexOf({ l: 0.5, c: 0.4, h: 150 }));
  expect(vivid.l).toBeCloseTo(0.5, 1);
});

const hues = Array.from({ length: 24 }, (_, turn) => turn * 15);
const accents = [
  '#3c54b4',
  '#ffdd00',
  '#000000',
  '#ffffff',
  '#808080',
  '#ff0000',
  '#00ff00',
  '#0000ff',
  ...hues.flatMap((h) =>
    [0.25, 0.45, 0.6, 0.75, 0.95].map((l) => hexOf({ l, c: l === 0.95 ? 0.05 : 0.2, h })),
  ),
];

/** As in look.css, with the tint that the hue gives them. */
function surfaces(hue: number) {
  return {
    light: ['#ffffff', hexOf({ l: 0.975, c: 0.004, h: hue })],
    dark: [hexOf({ l: 0.19, c: 0.015, h: hue }), hexOf({ l: 0.235, c: 0.017, h: hue })],
  };
}

describe('whatever the colour of a brand is', () => {
  it.each(accents)('%s can be read, in the light and in the dark', (accent) => {
    const palette = paletteOf(colour(accent));
    const behind = surfaces(palette.hue);
    for (const scheme of ['light', 'dark'] as const) {
      const faint = tooFaint(palette[scheme], behind[scheme], inks(palette.hue)[scheme]);
      expect([scheme, faint]).toEqual([scheme, []]);
    }
  });
});

function inks(hue: number) {
  return {
    light: hexOf({ l: 0.24, c: 0.02, h: hue }),
    dark: hexOf({ l: 0.94, c: 0.01, h: hue }),
  };
}

function tooFaint({ fill, hover, fillInk, link, wash }: Shades, around: string[], ink: string) {
  const wanted: [string, string, string, number][] = [
    ['text on the button', fillInk, fill, 4.5],
    ['text on the button under the pointer', fillInk, hover, 4.5],
    ['text on the wash', ink, wash, 4.5],
    ['a link on the wash', link, wash, 4.5],
    ...around.flatMap((surface): [string, string, string, number][] => [
      ['a link', link, surface, 4.5],
      ['the button', fill, surface, 3],
    ]),
  ];
  return wanted
    .map(([what, one, other, least]) => [what, contrast(one, other), least] as const)
    .filter(([, seen, least]) => seen < least);
}

it('leaves a colour that can be read as it is, and says when it could not', () => {
  const calm = paletteOf(colour('#3c54b4'));
  expect([calm.light.fill, calm.adjusted]).toEqual(['#3c54b4', false]);
  expect(paletteOf(colour('#ffdd00')).adjusted).toBe(true);
});

it('tints the greys with the hue, but not with that of a grey', () => {
  expect(paletteOf(colour('#d02020')).hue).toBeLessThan(40);
  expect(paletteOf(colour('#808080')).hue).toBe(265);
});
