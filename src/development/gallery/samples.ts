import { timeWithZone } from '../../i18n/time-with-zone.ts';
import type { Locals, Reader } from './gallery.ts';

/* People and applications that the samples are about. Forms of samples are posted to the sample itself. */
export const ACTION = '?';

export const ATLAS = { name: 'Atlas Notes', host: 'notes.atlas.example', initial: 'A' };
export const LONG = {
  name: 'Internationale Gesellschaft für Donaudampfschifffahrt und angewandte Fahrplankunde',
  host: 'a-very-long-name-of-a-host.somewhere-in-the-depths.of-a-large-organisation.example',
  initial: 'I',
};
/** A program on the device has no host. */
export const PROGRAM = { name: 'Boreas', initial: 'B' };

export const CAMILLE = { name: 'Camille Roux', identifier: 'camille@example.com', initial: 'C' };
export const NAMELESS = { identifier: 'camille@example.com', initial: 'C' };
export const WOLFE = {
  name: 'Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Sr.',
  identifier: 'hubert.blaine.wolfeschlegelsteinhausenbergerdorff@philadelphia.example',
  initial: 'H',
};

/** Each is its own name. */
export const PASSWORD_FLAWS = Object.fromEntries(
  [
    'too-short',
    'too-long',
    'unreadable',
    'common',
    'holds-address',
    'holds-name',
    'holds-service',
    'breached',
  ].map((flaw) => [flaw, flaw]),
);

/** What tells who asked for a mail. */
export function whoAsked({ language, t }: Reader) {
  return [
    { name: 'application', value: ATLAS.name },
    { name: 'at', value: timeWithZone(language, new Date('2026-11-20T16:30:00Z')) },
    { name: 'browser', value: t('browser.on', { browser: 'Firefox', system: 'Linux' }) },
    { name: 'ip', value: '203.0.113.7' },
  ];
}

/** One state for each entry. */
export function each<T>(
  entries: Record<string, T>,
  sample: (entry: T) => Locals,
): Record<string, Locals> {
  return Object.fromEntries(Object.entries(entries).map(([name, one]) => [name, sample(one)]));
}
