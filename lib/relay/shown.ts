import { Transform } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Control characters, C0 and C1, except for the ends of lines and tabs. */
const CONTROL = /[^\P{Cc}\n\t]/gu

/** UTF-8 in, and out with control characters as `\x1b`: nobody but root moves root's cursor. */
export function shown(): Transform {
  const decoder = new StringDecoder()
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, escaped(decoder.write(chunk)))
    },
    flush(done) {
      done(null, escaped(decoder.end()))
    },
  })
}

function escaped(text: string): string {
  return text.replace(CONTROL, each => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
