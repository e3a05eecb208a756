// What a RELP server sends: `TXNR SP COMMAND SP DATALEN [SP DATA] LF`.

interface RelpFrame {
  readonly txnr: number
  readonly command: string
  readonly data: string
}

/** NUMBER and COMMAND have these lengths at most. */
const HEADER = /(\d{1,9}) ([A-Za-z]{1,32}) (\d{1,9})([ \n])/y
/** What may become one. */
const BEGIN = /^\d{0,9}$|^\d{1,9} [A-Za-z]{0,32}$|^\d{1,9} [A-Za-z]{1,32} \d{0,9}$/
const LONGEST_HEADER = 53

/** An answer has a few words; that to `open` some lines. */
const MAX_DATA_BYTES = 64 * 1024

export class RelpFrames {
  /** Latin-1: a character for each byte. */
  #rest = '';

  /**
   * The frames that are whole with these bytes.
   *
   * @throws Error if what comes is not RELP
   */
  *read(bytes: Buffer): Generator<RelpFrame> {
    const text = this.#rest + bytes.toString('latin1')
    let at = 0
    for (let next = frameAt(text, at); next; next = frameAt(text, at)) {
      at = next.end
      yield next.frame
    }
    this.#rest = text.slice(at)
  }
}

function frameAt(
  text: string,
  at: number,
): { readonly frame: RelpFrame; readonly end: number } | undefined {
  HEADER.lastIndex = at
  const [header, txnr, command = '', length, separator] = HEADER.exec(text) ?? []
  if (header === undefined) {
    if (!BEGIN.test(text.slice(at, at + LONGEST_HEADER))) throw notRelp()
    return undefined
  }
  const bytes = Number(length)
  if (bytes > MAX_DATA_BYTES) throw new Error(`an answer of ${bytes} bytes is too long`)
  const isBare = separator === '\n'
  if (isBare && bytes > 0) throw notRelp()
  const begin = at + header.length
  const end = isBare ? begin : begin + bytes + 1
  if (text.length < end) return undefined
  if (text[end - 1] !== '\n') throw notRelp()
  const data = text.slice(begin, begin + bytes)
  return { frame: { txnr: Number(txnr), command, data }, end }
}

function notRelp(): Error {
  return new Error('what answers is no RELP server')
}

/** RSP-CODE, HUMANMSG and what follows them. */
export function responseOf(data: string): {
  readonly code: number
  readonly words: string
  readonly rest: string
} {
  const [, code, words = '', rest = ''] = /^(\d{3})(?: ([^\n]*))?(?:\n(.*))?$/s.exec(data) ?? []
  if (code === undefined) throw notRelp()
  return { code: Number(code), words, rest }
}
