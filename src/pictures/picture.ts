/** A still picture, as it is served. */
export interface Picture {
  type: 'image/png' | 'image/webp';
  bytes: Buffer;
}

export interface PictureLimits {
  bytes: number;
  /** Of the longer side. */
  pixels: number;
}

interface Size {
  width: number;
  height: number;
}

/**
 * What may be served as somebody's mark: a still PNG or WebP picture, judged by its own bytes and never by a name; or
 * what is wrong with it. SVG is refused because it can run scripts; nothing is decoded here, so there is no decoder to
 * attack.
 */
export function readPicture(bytes: Buffer, limits: PictureLimits): Picture | string {
  if (bytes.length > limits.bytes) return `must not be larger than ${limits.bytes / 1024} KB`;
  const type = typeOf(bytes);
  if (!type) return 'must be a PNG or WebP picture';
  const size = type === 'image/png' ? sizeOfPng(bytes) : sizeOfWebp(bytes);
  if (!size) return 'must be a whole, still picture; this one is damaged or moves';
  const { width, height } = size;
  if (Math.min(width, height) < 1 || Math.max(width, height) > limits.pixels) {
    return `must not be wider or higher than ${limits.pixels} pixels`;
  }
  return { type, bytes };
}

const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

function typeOf(bytes: Buffer): Picture['type'] | undefined {
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return 'image/png';
  const isWebp = textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WEBP';
  return isWebp ? 'image/webp' : undefined;
}

/** PNG (third edition) 5 and 11.2.1: a chain of chunks from IHDR to IEND; acTL would make it move. */
function sizeOfPng(bytes: Buffer): Size | undefined {
  let at = 8;
  let size: Size | undefined;
  while (at + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const kind = textAt(bytes, at + 4);
    const end = at + 12 + length;
    if (kind === 'acTL' || end > bytes.length) return undefined;
    if (at === 8) {
      if (kind !== 'IHDR' || length !== 13) return undefined;
      size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
    }
    if (kind === 'IEND') return end === bytes.length ? size : undefined;
    at = end;
  }
  return undefined;
}

const ANIMATED = 0x02;

/** RFC 9649 2: a RIFF container; the first chunk tells the kind and the size. */
function sizeOfWebp(bytes: Buffer): Size | undefined {
  if (bytes.length < 30 || bytes.readUInt32LE(4) + 8 !== bytes.length) return undefined;
  switch (textAt(bytes, 12)) {
    case 'VP8 ':
      if (bytes.readUIntBE(23, 3) !== 0x9d012a) return undefined;
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      if (bytes[20] !== 0x2f) return undefined;
      const packed = bytes.readUInt32LE(21);
      return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      if (bytes.readUInt8(20) & ANIMATED) return undefined;
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 4);
}
