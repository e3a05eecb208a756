/** A string, which is passed over, or an integer that may be above 2⁵³. */
const STRING_OR_LONG = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])\d{16,}(?![\d.eE])/g

/**
 * `JSON.parse`, but for integers of 16 digits and more, which come as strings: a profile compares
 * 64-bit words, and a JavaScript number is exact up to 2⁵³ only.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  JSON.parse(text) // what is wrong is said of the text as it was written
  return JSON.parse(
    text.replace(STRING_OR_LONG, token => (token[0] === '"' ? token : `"${token}"`)),
  )
}
