import { randomBytes } from 'node:crypto';
import { readLogo } from '../../src/clients/logo.ts';
import { aPng, aWebp, chunk } from './pictures.ts';

const refused = (bytes: Buffer) => readLogo(bytes).faults?.map(({ fault }) => fault);

it.each([
  ['PNG', aPng(64, 32), 'image/png'],
  ['the largest PNG', aPng(1024, 1024), 'image/png'],
  ['lossy WebP', aWebp('VP8 ', 64, 32), 'image/webp'],
  ['lossless WebP', aWebp('VP8L', 1024, 1024), 'image/webp'],
  ['extended WebP', aWebp('VP8X', 64, 32), 'image/webp'],
])('takes a %s', (_, bytes, type) => {
  expect(readLogo(bytes)).toEqual({ logo: { type, bytes } });
});

it.each<[string, Buffer, RegExp]>([
  ['nothing', Buffer.alloc(0), /PNG or WebP/],
  ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), /PNG or WebP/],
  ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>'), /PNG or WebP/],
  ['GIF', Buffer.from('GIF89a'), /PNG or WebP/],
  ['JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), /PNG or WebP/],
  ['noise', randomBytes(1000), /PNG or WebP/],
  ['too many bytes', Buffer.concat([aPng(8, 8), randomBytes(100 * 1024)]), /larger than 100 KB/],
  ['too wide a PNG', aPng(1025, 8), /1024 pixels/],
  ['too high a WebP', aWebp('VP8L', 8, 1025), /1024 pixels/],
  ['too large a WebP', aWebp('VP8X', 4096, 4096), /1024 pixels/],
  ['a PNG without size', aPng(0, 8), /1024 pixels/],
  ['a PNG cut short', aPng(64, 64).subarray(0, 60), /damaged/],
  ['a PNG with a page behind it', Buffer.concat([aPng(8, 8), Buffer.from('<html>')]), /damaged/],
  ['a moving PNG', aPng(8, 8, [chunk('acTL', Buffer.alloc(8))]), /moves/],
  ['only a PNG signature', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /damaged/],
  ['a moving WebP', aWebp('VP8X', 8, 8, 0x02), /moves/],
  ['a WebP cut short', aWebp('VP8 ', 8, 8).subarray(0, 40), /damaged/],
  ['a tiny WebP', Buffer.from('RIFF\x04\0\0\0WEBP', 'latin1'), /damaged/],
  [
    'an unknown WebP',
    Buffer.from(aWebp('VP8L', 8, 8).toString('latin1').replace('VP8L', 'VP9L'), 'latin1'),
    /damaged/,
  ],
])('refuses %s', (_, bytes, sentence) => {
  expect(refused(bytes)).toEqual([expect.stringMatching(sentence)]);
});
