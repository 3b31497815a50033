import { type Oklch, contrast, hexOf } from './colour.ts';

/** What follows from a brand's one colour, in "#rrggbb". */
export interface Shades {
  /** The primary button: what it is, under the pointer, and its text. */
  fill: string;
  hover: string;
  fillInk: string;
  /** Links, marks and the ring of the focus. */
  link: string;
  /** A surface that is barely tinted. */
  wash: string;
}

export interface Palette {
  light: Shades;
  dark: Shades;
  /** In degrees, for what is nearly grey. */
  hue: number;
  /** Whether the button has another colour than was wished for, so that it stands out. */
  adjusted: boolean;
}

/** WCAG 2.2, 1.4.3 and 1.4.11 want 4.5 and 3; a little more, since surfaces are tinted. */
const TEXT = 4.6;
const SURFACE = 3.1;

/**
 * Every colour can be a brand's: lightness is moved until text on it and around it can be read, in the light and in the
 * dark. Of black and white one always can be.
 */
export function paletteOf(accent: Oklch): Palette {
  const { c, h } = accent;
  const light = lightShades(accent);
  return {
    light,
    dark: darkShades(accent, light.fillInk),
    hue: c < 0.02 ? NEUTRAL_HUE : Math.round(h),
    adjusted: light.fill !== hexOf(accent),
  };
}

const NEUTRAL_HUE = 265;
const WHITE = '#ffffff';
const BLACK = '#000000';
/** The sheets as look.css has them, without their tint. */
const LIGHT_PAPER = hexOf({ l: 0.975, c: 0, h: 0 });
const DARK_SHEET = hexOf({ l: 0.235, c: 0, h: 0 });

function lightShades({ l, c, h }: Oklch): Shades {
  const wash = hexOf({ l: 0.945, c: Math.min(c * 0.2, 0.025), h });
  const fill = search({ l, c, h }, -STEP, (hex) => contrast(hex, LIGHT_PAPER) >= SURFACE);
  const fillInk = contrast(hexOf(fill), WHITE) >= TEXT ? WHITE : BLACK;
  const link = search({ l: Math.min(l, 0.46), c, h }, -STEP, (hex) => contrast(hex, wash) >= TEXT);
  return { ...button(fill, fillInk), link: hexOf(link), wash };
}

function darkShades({ l, c, h }: Oklch, fillInk: string): Shades {
  const wash = hexOf({ l: 0.285, c: Math.min(c * 0.25, 0.035), h });
  const fill =
    fillInk === WHITE
      ? search({ l: 0.62, c, h }, -STEP, (hex) => contrast(hex, WHITE) >= TEXT)
      : search({ l, c, h }, STEP, (hex) => contrast(hex, BLACK) >= TEXT + 1);
  const link = search({ l: 0.78, c: Math.min(c, 0.11), h }, STEP, (hex) => {
    return contrast(hex, wash) >= TEXT && contrast(hex, DARK_SHEET) >= TEXT;
  });
  return { ...button(fill, fillInk), link: hexOf(link), wash };
}

/** Under the pointer it moves away from its text. */
function button(fill: Oklch, fillInk: string): Pick<Shades, 'fill' | 'hover' | 'fillInk'> {
  const l = fill.l + (fillInk === WHITE ? -0.05 : 0.05);
  return { fill: hexOf(fill), hover: hexOf({ ...fill, l: Math.min(1, l) }), fillInk };
}

const STEP = 0.005;

function search(from: Oklch, step: number, good: (hex: string) => boolean): Oklch {
  for (let { l } = from; l >= 0 && l <= 1; l += step) {
    if (good(hexOf({ ...from, l }))) return { ...from, l };
  }
  return { ...from, l: step < 0 ? 0 : 1 };
}
