import type { StaticFile } from '../http/static-files.ts';
import type { Brand } from './brand.ts';
import type { Palette, Shades } from './palette.ts';

/** The name of the brand's own mark among the static files, where it has one. */
export function logoFile({ logo }: Brand): string | undefined {
  return logo && `brand.${logo.type === 'image/png' ? 'png' : 'webp'}`;
}

/** The house's files in the brand's colours, and its mark among them. */
export function branded(files: StaticFile[], brand: Brand): StaticFile[] {
  const own = files.map(({ name, body }) => {
    const edit = EDITS[name];
    return { name, body: edit ? Buffer.from(edit(body.toString(), brand.palette)) : body };
  });
  const name = logoFile(brand);
  return name && brand.logo ? [...own, { name, body: brand.logo.bytes }] : own;
}

const EDITS: Record<string, (text: string, palette: Palette) => string> = {
  'look.css': (css, palette) => `${properties(palette)}\n${css}`,
  'favicon.svg': (svg, { light, dark }) =>
    svg.replace('#3c54b4', light.link).replace('#9db0ff', dark.link),
};

function properties({ light, dark, hue }: Palette): string {
  const shade = (name: keyof Shades) => `light-dark(${light[name]},${dark[name]})`;
  return [
    ':root{',
    `--hue:${hue};`,
    `--fill:${shade('fill')};`,
    `--hover:${shade('hover')};`,
    `--fill-ink:${light.fillInk};`,
    `--link:${shade('link')};`,
    `--wash:${shade('wash')}`,
    '}',
  ].join('');
}
