// `make live-nodes`: patterns and texts that take V8 alone longer than the universe is old, in conditions and
// processors of an agent under its filter, on every Node that it is tested with.
import { expect } from 'chai'
import { beatSource, Workplace } from '../cli/workplace.ts'
import { NODE_MAJORS, nodeBinary } from '../nodes.ts'

const PATTERNS = ['(a+)+$', '(?i)(a+)+$', '(a{1,20}){1,50}$', '(?:a+a+)+b', '^(\\w+\\s?)*$']
/** What RE2 refuses, as it would become a program of 10,000 steps for each character. */
const TOO_LARGE = '(a{1,200}){1,50}$'
const EVENTS = 200
const LENGTH = 3000

/** Publishes texts one by one, the harmless ones first, and then says how long each half took. */
const BEAT = beatSource(`
    const { publish } = context
    const took = {}
    for (const [kind, text] of [['harmless', 'b c '.repeat(${LENGTH / 4}) + '.'], ['hostile', 'a'.repeat(${LENGTH}) + '!']]) {
      const start = performance.now()
      for (let n = 0; n < ${EVENTS}; n++) {
        await publish({ kind, text })
        await new Promise(setImmediate)
      }
      took[kind] = performance.now() - start
    }
    await publish({ kind: 'end', took })`)

/** Each pattern in a condition, whose `then` would show, in what is replaced, and in the names of fields. */
function configuration(): string {
  const conditions = PATTERNS.map(
    (pattern, at) => `- add_fields:
    target: ''
    fields: { hit${at}: true }
    when: { regexp: { text: ${JSON.stringify(pattern)} } }`,
  )
  const replacements = PATTERNS.map(
    pattern => `    - { field: text, pattern: ${JSON.stringify(pattern)}, replacement: '' }`,
  )
  return `beats: [{ type: ./texts.js }]
output.console: {}
processors:
- if: { not: { equals: { kind: end } } }
  then:
${conditions.map(each => each.replaceAll(/^/gm, '  ')).join('\n')}
  - replace:
      fields:
${replacements.map(each => each.replaceAll(/^/gm, '  ')).join('\n')}
  - drop_fields: { fields: [${PATTERNS.map(each => JSON.stringify(`/${each}/`)).join(', ')}] }
`
}

describe('an agent whose conditions meet hostile texts', function () {
  this.timeout(120_000)
  for (const major of NODE_MAJORS) {
    it(`goes on as fast as ever on Node ${major}`, async () => {
      const node = nodeBinary(major)
      if (node === undefined) throw new Error(`no Node ${major}: make nodes`)
      const place = new Workplace({ 'texts.js': BEAT, 'beat.yml': configuration() })
      try {
        const { code, stdout, stderr } = await place.startOn(node, [], 'run').ended()
        expect(code, stderr).to.equal(0)
        expect(stderr).to.contain('Syscall filter successfully installed')
        const events = stdout
          .split('\n')
          .filter(Boolean)
          .map(line => JSON.parse(line))
        expect(events).to.have.length(2 * EVENTS + 1)
        const hostile = events.filter(({ kind }) => kind === 'hostile')
        expect(hostile.every(({ text }) => text === `${'a'.repeat(LENGTH)}!`)).to.equal(true)
        expect(
          hostile.filter(each => Object.keys(each).some(key => /^hit/.test(key))),
        ).to.deep.equal([])
        const { harmless, hostile: took } = events.at(-1).took
        // Linear in the text, one like the other; V8 by itself would not be done with the first event.
        expect(took).to.be.below(30 * harmless + 5_000)
      } finally {
        place.remove()
      }
    })
  }

  it('is not started with a pattern that RE2 refuses', async () => {
    const refused = configuration().replace(PATTERNS[0] ?? '', TOO_LARGE)
    const place = new Workplace({ 'texts.js': BEAT, 'beat.yml': refused })
    try {
      const { code, stderr } = await place.run('run')
      expect([code, stderr]).to.deep.equal([
        78,
        'beat.yml:9:25: processors[0].then[0].add_fields.when.regexp.text: must be a regular expression of RE2: invalid repeat count: `{1,50}`; it may repeat up to 1000 times in all\n',
      ])
    } finally {
      place.remove()
    }
  })
})
