import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { beatSource, messagesOf, Workplace } from '../../../cli/workplace.ts'
import { needsLinux } from '../../../live.ts'

const OTHERS = 200_000

/** Takes everything but one event, and says at the end how many it has taken. */
const OUTPUT = `import { defineOutput } from 'sealbeat'
let taken = 0
export default defineOutput({
  name: 'stubborn',
  schema: {},
  async open() {
    return {
      async write({ chunks, lines, count }) {
        const isStuck = chunks.some(chunk => Buffer.from(chunk).includes('"stuck"'))
        const retry = isStuck ? [...lines.keys()].filter(at => lines[at].includes('"stuck"')) : []
        taken += count - retry.length
        return { retry, reject: [] }
      },
      async close() { console.log(taken) },
    }
  },
})
`

const BEAT = beatSource(`
  await context.publish({ message: 'stuck' })
  let last
  for (let at = 0; at < ${OTHERS}; at += 200) last = await context.publish(new Array(200).fill({ at }))
  await last.confirmed`)

describe('an agent whose output never takes one event, with the smallest queue on the disk', () => {
  before(needsLinux)
  let place: Workplace

  beforeEach(() => {
    place = new Workplace({ 'beat.js': BEAT, 'out.js': OUTPUT })
  })
  afterEach(() => place.remove())

  it('sends hundreds of thousands of others under the default policy, and keeps the one', async () => {
    place.write({
      'beat.yml':
        'beats: [{ type: ./beat.js }]\noutput.main: { type: ./out.js }\nqueue.disk: { max_size: 10MB }\n',
    })
    const result = await place.run('run')
    const messages = messagesOf(result)
    expect(result.code, result.stderr).to.equal(0)
    expect(result.stdout).to.equal(`${OTHERS}\n`)
    expect(messages).to.include('Syscall filter successfully installed')
    expect(messages.join('\n')).to.contain('were stored again: others go by them')
    expect(messages.join('\n')).not.to.match(/damaged|lost|can not/)
    const names = readdirSync(place.path('data/queue'))
    expect(names.filter(name => /^stuck-\d+\.seg$/.test(name))).to.have.length(1)
  }).timeout(50_000)
})
