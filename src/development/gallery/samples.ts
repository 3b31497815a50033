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
