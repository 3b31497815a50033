import type { Picture } from '../pictures/picture.ts';
import type { Settings } from '../settings/settings.ts';
import { readColour } from './colour.ts';
import { type Palette, paletteOf } from './palette.ts';

/** Whose house it is: name, mark, colours and what it refers people to. Pages and mails take it from here alone. */
export interface Brand {
  name: string;
  logo?: Picture;
  palette: Palette;
  links: BrandLinks;
}

/** Addresses outside the house, or paths of its own. */
export interface BrandLinks {
  help?: string;
  privacy?: string;
  terms?: string;
}

export const OWN_NAME = 'Gatehouse';
export const OWN_ACCENT = '#3c54b4';

type BrandSettings = Pick<Settings, Extract<keyof Settings, `GATEHOUSE_BRAND_${string}`>>;

export function brandOf(settings: BrandSettings): Brand {
  const {
    GATEHOUSE_BRAND_LOGO: logo,
    GATEHOUSE_BRAND_HELP_URL: help,
    GATEHOUSE_BRAND_PRIVACY_URL: privacy,
    GATEHOUSE_BRAND_TERMS_URL: terms,
  } = settings;
  return {
    name: settings.GATEHOUSE_BRAND_NAME,
    ...(logo && { logo }),
    palette: paletteOf(readColour(settings.GATEHOUSE_BRAND_ACCENT) ?? BLACK),
    links: { ...(help && { help }), ...(privacy && { privacy }), ...(terms && { terms }) },
  };
}

/** Never met: the settings refuse what is no colour. */
const BLACK = { l: 0, c: 0, h: 0 };
