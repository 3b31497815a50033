/**
 * Letters of one script alone, so that no word can be dressed as another with borrowed letters ("раypal").
 * Japanese, Korean and Bopomofo writing count as one script each (Unicode TR 39).
 */
const SCRIPTS = [
  ...'Latin Cyrillic Greek Armenian Georgian Hebrew Arabic Thaana Ethiopic Tibetan Mongolian'.split(
    ' ',
  ),
  ...'Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala'.split(' '),
  ...'Thai Lao Khmer Myanmar Tifinagh Cherokee'.split(' '),
  'Han Hiragana Katakana',
  'Han Hangul',
  'Han Bopomofo',
];

const PATTERNS = SCRIPTS.map((scripts) => {
  const classes = scripts.split(' ').map((script) => `\\p{Script=${script}}`);
  const mark = scripts.includes('Katakana') ? 'ー' : '';
  return new RegExp(`^[${classes.join('')}${mark}]*$`, 'u');
});

/** Whether all letters and marks of the text belong to one script. Other characters are not judged. */
export function hasOneScript(text: string): boolean {
  const letters = (text.match(/[\p{L}\p{M}]/gu) ?? []).join('');
  return PATTERNS.some((pattern) => pattern.test(letters));
}
