import { expect } from 'chai'
import { parseBeats } from '../../lib/config/beats.ts'
import { formatPath } from '../../lib/errors.ts'

/** The ids of the beats that a list gives, and what is wrong with it. */
function parsed(list: unknown) {
  const problems: string[] = []
  const report = (path: Parameters<typeof formatPath>[0], message: string) => {
    problems.push(`${formatPath(path)}: ${message}`)
  }
  const beats = parseBeats(list, report, () => undefined)
  return { ids: beats.map(({ id }) => id), problems }
}

describe('config: beats', () => {
  it('takes a thousand, and none of more', () => {
    const beats = Array.from({ length: 1001 }, (_, at) => ({ type: 'host', id: `host-${at}` }))
    const most = parsed(beats.slice(0, 1000))
    expect(most.problems).to.deep.equal([])
    expect(most.ids).to.have.length(1000)
    expect(parsed(beats)).to.deep.equal({
      ids: [],
      problems: ['beats: has 1001 beats, and at most 1000 are allowed'],
    })
  })

  for (const [type, id] of [
    ['host', 'host'],
    ['./my-beat.js', 'my-beat'],
    ['./lib/x.mts', 'x'],
    ['@acme/disk-beat', 'disk-beat'],
  ]) {
    it(`calls ${type} ${id}`, () => {
      expect(parsed([{ type }])).to.deep.equal({ ids: [id], problems: [] })
    })
  }

  it('asks for an id where the type gives none', () => {
    const { problems } = parsed([{ type: './ä ö.js' }])
    expect(problems).to.deep.equal(['beats[0].type: no id can be derived from "./ä ö.js"; set id'])
    expect(parsed([{ type: './ä ö.js', id: 'own' }])).to.deep.equal({ ids: ['own'], problems: [] })
  })
})
