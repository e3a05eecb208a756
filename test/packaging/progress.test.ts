import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { progressOn } from '../../lib/cli/package/progress.ts'

/** A stream that keeps what is written. */
function stream(isTTY: boolean) {
  const written: string[] = []
  const until = async (text: string) => {
    while (!written.some(each => each.includes(text))) await pause(10)
  }
  return { written, until, isTTY, write: (text: string) => written.push(text) }
}

describe('the progress of a command that takes a while', () => {
  it('is a line for each step that takes long, where no person reads', async () => {
    const to = stream(false)
    const progress = progressOn(to)
    progress.step('Collecting')
    progress.say('Left out: rpm')
    progress.step('Packing')
    await to.until('Packing')
    progress.end()
    progress.end()
    expect(to.written.join('')).to.equal('Left out: rpm\nPacking …\n')
  })

  it('counts the seconds in the line of the step on a terminal, and other lines begin anew', async () => {
    const to = stream(true)
    const progress = progressOn(to)
    progress.step('Packing: deb')
    await to.until(' 1 s')
    progress.say('warning: x')
    expect(to.written.join('')).to.match(/^Packing: deb …(\rPacking: deb … \d s)+\nwarning: x\n$/)
  })
})
