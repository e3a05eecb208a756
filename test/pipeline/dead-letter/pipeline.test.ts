import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { temporaryFolder } from '../../agent/temporary.ts'
import { events, idOf, memoryLog, NEVER, pipelineTo, SOURCE } from '../fixtures.ts'
import { MemoryOutput } from '../memory-output.ts'

describe('a pipeline with a dead letter', () => {
  const folder = temporaryFolder()

  const kept = (maxBytes: number) => ({ folder: folder.path, output: 'main', maxBytes })
  const files = () => readdirSync(folder.path).filter(name => name.endsWith('.ndjson'))

  it('sends again what somebody has moved there, and nothing twice', async () => {
    const refusing = new MemoryOutput(lines => lines.map(() => 'reject'))
    const first = pipelineTo(refusing, { deadLetter: kept(0) })
    await (await first.publisher(SOURCE, NEVER)(events(2))).confirmed
    expect(first.stats()).to.include({ rejected: 2, dead_lettered: 2, dead_letter_lost: 0 })
    await first.close(NEVER)
    for (const name of files())
      renameSync(join(folder.path, name), join(folder.path, 'replay', name))
    const output = new MemoryOutput()
    const second = pipelineTo(output, { deadLetter: kept(0) })
    while (readdirSync(join(folder.path, 'replay')).length > 0) await sleep(1)
    await second.close(NEVER)
    expect(output.confirmed.map(idOf)).to.deep.equal(['e0', 'e1'])
    expect(second.stats()).to.include({ published: 2, acked: 2 })
    expect(files()).to.deep.equal([])
  })

  it('counts and tells what gave way', async () => {
    const { log, lines } = memoryLog()
    const output = new MemoryOutput(batch => batch.map(() => 'reject'))
    const pipeline = pipelineTo(output, { log, deadLetter: kept(1) })
    const publish = pipeline.publisher(SOURCE, NEVER)
    for (const prefix of ['a', 'b', 'c']) await (await publish(events(2, prefix))).confirmed
    expect(pipeline.stats()).to.include({ dead_lettered: 6, dead_letter_lost: 4 })
    await pipeline.close(NEVER)
    const said = lines.filter(({ msg }) => String(msg).includes('is full'))
    const message = 'The dead letter is full: its oldest events are lost'
    const reason = '2 events gave way to newer ones; see dead_letter.max_bytes'
    expect(said.map(line => [line['msg'], line['error.message']])).to.deep.equal([
      [message, reason],
      [message, reason],
    ])
  })
})
