import { expect } from 'chai'
import { shown } from '../../lib/relay/shown.ts'

async function through(chunks: readonly Uint8Array[]): Promise<string> {
  const stream = shown()
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  let text = ''
  for await (const part of stream.setEncoding('utf8')) text += part
  return text
}

describe("text for root's terminal", () => {
  it('has no control character but ends of lines and tabs', async () => {
    const every = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code)).join('')
    const text = await through([Buffer.from(every)])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    expect(text).not.to.match(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/)
    expect(text)
      .to.contain('\t\n')
      .and.to.contain('\\x1b')
      .and.to.contain('\\x9b')
      .and.to.contain('}~')
    expect(await through([Buffer.from('\x1b]0;title\x07')])).to.equal('\\x1b]0;title\\x07')
  })

  it('is the same wherever it is cut', async () => {
    const bytes = Buffer.from('zäh – 😀\u009b31m\n')
    const whole = await through([bytes])
    expect(whole).to.equal('zäh – 😀\\x9b31m\n')
    for (let at = 0; at <= bytes.length; at++)
      expect(await through([bytes.subarray(0, at), bytes.subarray(at)])).to.equal(whole)
  })

  it('has no byte of an 8-bit control character either', async () => {
    expect(await through([Buffer.from([0x41, 0x9b, 0x42])])).to.equal('A\ufffdB')
    expect(await through([Buffer.from([0x41, 0xc2])])).to.equal('A\ufffd')
  })
})
