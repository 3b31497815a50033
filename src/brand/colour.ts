/** A colour as people see it: lightness from 0 to 1, chroma, hue in degrees. */
export interface Oklch {
  l: number;
  c: number;
  h: number;
}

type Three = readonly [number, number, number];

/** Reads #rgb, #rrggbb, rgb(), hsl() and oklch(), without transparency; nothing for anything else. */
export function readColour(text: string): Oklch | undefined {
  const wanted = text.trim().toLowerCase();
  if (/^#([\da-f]{3}|[\da-f]{6})$/.test(wanted)) return oklchOf(fromHex(wanted));
  const [, notation = '', inside = ''] = /^(rgb|hsl|oklch)\(([^)]*)\)$/.exec(wanted) ?? [];
  const parts = threeOf(notation, inside.split(/[\s,]+/).filter(Boolean));
  return parts && OKLCH_OF[notation]?.(parts);
}

const OKLCH_OF: Record<string, (parts: Three) => Oklch> = {
  rgb: oklchOf,
  hsl: (parts) => oklchOf(fromHsl(...parts)),
  oklch: ([l, c, h]) => ({ l, c, h }),
};

function threeOf(notation: string, texts: string[]): Three | undefined {
  const read = READ[notation];
  if (!read || texts.length !== read.length) return undefined;
  const [one, two, three] = texts.map((text, at) => read[at]?.(text));
  if (one === undefined || two === undefined || three === undefined) return undefined;
  return [one, two, three];
}

/** "#rrggbb": the nearest colour of this lightness and hue that screens can show. */
export function hexOf(colour: Oklch): string {
  const bytes = shown(colour).map((part) =>
    Math.round(part * 255)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${bytes.join('')}`;
}

/** WCAG 2.2: from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const amount = (full: number, most: number) => (text: string) => {
  const [, digits, percent] = /^(\d{1,4}(?:\.\d{1,6})?|\.\d{1,6})(%?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = percent ? (Number(digits) / 100) * full : Number(digits) / (most / full);
  return value <= full ? value : undefined;
};
const percentage = (text: string) => (text.endsWith('%') ? amount(1, 1)(text) : undefined);
const angle = (text: string) => {
  const [, digits] = /^(-?\d{1,4}(?:\.\d{1,6})?)(?:deg)?$/.exec(text) ?? [];
  return digits === undefined ? undefined : ((Number(digits) % 360) + 360) % 360;
};
const READ: Record<string, ((text: string) => number | undefined)[]> = {
  rgb: [amount(1, 255), amount(1, 255), amount(1, 255)],
  hsl: [angle, percentage, percentage],
  oklch: [amount(1, 1), amount(0.4, 0.4), angle],
};

function fromHex(hex: string): Three {
  const digits = hex.length === 4 ? hex.replaceAll(/[\da-f]/g, '$&$&') : hex;
  const byte = (at: number) => Number.parseInt(digits.slice(at, at + 2), 16) / 255;
  return [byte(1), byte(3), byte(5)];
}

function fromHsl(h: number, s: number, l: number): Three {
  const part = (n: number) => {
    const k = (n + h / 30) % 12;
    return l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [part(0), part(8), part(4)];
}

const linear = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
const curved = (part: number) =>
  part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055;

function luminance(hex: string): number {
  const [r, g, b] = fromHex(hex);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/* Björn Ottosson's OKLab, as in CSS Color 4. */
function oklchOf(rgb: Three): Oklch {
  const [r, g, b] = [linear(rgb[0]), linear(rgb[1]), linear(rgb[2])];
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const middle = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const l = 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short;
  const a = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short;
  const y = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short;
  return { l, c: Math.hypot(a, y), h: ((Math.atan2(y, a) * 180) / Math.PI + 360) % 360 };
}

function rgbOf({ l, c, h }: Oklch): Three {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    curved(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
    curved(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
    curved(-0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short),
  ];
}

/** Chroma gives way first: lightness decides what can be read. */
function shown(colour: Oklch): Three {
  for (let c = colour.c; c > 0; c -= 0.004) {
    const rgb = rgbOf({ ...colour, c });
    if (rgb.every((part) => part >= -0.001 && part <= 1.001)) return bounded(rgb);
  }
  return bounded(rgbOf({ ...colour, c: 0 }));
}

const within = (part: number) => Math.min(1, Math.max(0, part));

function bounded([r, g, b]: Three): Three {
  return [within(r), within(g), within(b)];
}
