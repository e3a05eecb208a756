import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { changesBetween } from '../../../lib/agent/reload/changes.ts'
import { needsLinux } from '../../live.ts'
import { temporaryFolder } from '../temporary.ts'
import { PLAIN, plansIn } from './plans.ts'

describe('agent: what a reload changes', () => {
  const folder = temporaryFolder()

  const { planOf, refusals } = plansIn(folder)
  const beat = (keys: string) => `beats: [{ type: ./plain.mjs, id: a${keys} }]`
  const OUTPUT = 'output.console: {}'

  describe('of the beats', () => {
    const A = '{ type: ./plain.mjs, id: a }'
    const B = '{ type: ./plain.mjs, id: b }'
    const of = (list: string, ...more: readonly string[]) => [`beats: [${list}]`, OUTPUT, ...more]
    const AB = of(`${A}, ${B}`)
    const ROWS: readonly (readonly [
      what: string,
      after: readonly string[],
      changes: Readonly<Record<string, string>>,
    ])[] = [
      ['nothing', AB, { unchanged: 'a b' }],
      ['nothing by another order', of(`${B}, ${A}`), { unchanged: 'b a' }],
      [
        'nothing by another spelling',
        of(`{ type: ./x/../plain.mjs, id: a, word: hello }, ${B}`),
        { unchanged: 'a b' },
      ],
      ['one gone', of(A), { unchanged: 'a', removed: 'b' }],
      [
        'one disabled',
        of(`${A}, { type: ./plain.mjs, id: b, enabled: false }`),
        { unchanged: 'a', removed: 'b' },
      ],
      ['one more', of(`{ type: ./plain.mjs }, ${A}, ${B}`), { unchanged: 'a b', added: 'plain' }],
      [
        'another id',
        of(`${A}, { type: ./plain.mjs, id: c }`),
        { unchanged: 'a', removed: 'b', added: 'c' },
      ],
      [
        'another setting',
        of(`${A}, { type: ./plain.mjs, id: b, word: x }`),
        { unchanged: 'a', restarted: 'b' },
      ],
      [
        'another setting far inside',
        of(`${A}, { type: ./plain.mjs, id: b, deep.list: [1] }`),
        { unchanged: 'a', restarted: 'b' },
      ],
      [
        'another type',
        of(`${A}, { type: ./tracer.mjs, id: b }`),
        { unchanged: 'a', restarted: 'b' },
      ],
      [
        'tags of its own',
        of(`${A}, { type: ./plain.mjs, id: b, tags: [x] }`),
        { unchanged: 'a', restarted: 'b' },
      ],
      [
        'fields of its own',
        of(`${A}, { type: ./plain.mjs, id: b, fields: { x: 1 } }`),
        { unchanged: 'a', restarted: 'b' },
      ],
      ['tags for all', of(`${A}, ${B}`, 'tags: [x]'), { restarted: 'a b' }],
      ['a name for all', of(`${A}, ${B}`, 'name: web-1'), { restarted: 'a b' }],
      ['what no beat sees', of(`${A}, ${B}`, 'logging.level: debug'), { unchanged: 'a b' }],
    ]
    for (const [what, after, expected] of ROWS) {
      it(what, async () => {
        const changes = changesBetween(await planOf(AB), await planOf(after))
        const ids = (['added', 'removed', 'restarted', 'unchanged'] as const).map(
          kind => [kind, changes[kind].map(({ config }) => config.id).join(' ')] as const,
        )
        const none = { added: '', removed: '', restarted: '', unchanged: '' }
        expect(Object.fromEntries(ids)).to.deep.equal({ ...none, ...expected })
      })
    }
  })

  describe('not without a restart', () => {
    const ROWS: readonly (readonly [after: string, refused: readonly string[]])[] = [
      ['output: { console: { pretty: true } }', ['2:22: output.console.pretty: has changed']],
      ['output: { file: { path: x } }', ['2:11: output.file: has changed']],
      [`${OUTPUT}\nqueue.mem.events: 5000`, ['3:1: queue.mem.events: has changed']],
      [
        `${OUTPUT}\nqueue.disk: { max_size: 10MB, path: /elsewhere }`,
        ['3:1: queue.disk: has changed'],
      ],
      [
        `${OUTPUT}\npath.data: other\nlogging: { to_files: true, files.name: x, level: debug }`,
        [
          '4:12: logging.to_files: has changed',
          '4:28: logging.files.name: has changed',
          '3:1: path.data: has changed',
        ],
      ],
      [OUTPUT, []],
      [`${OUTPUT}\nlogging.level: debug\nname: x\ntags: [x]\nshutdown_timeout: 1s`, []],
    ]
    for (const [after, refused] of ROWS) {
      it(after.replaceAll('\n', '; '), async () => {
        expect(await refusals([beat(''), OUTPUT], [beat(''), after])).to.deep.equal(refused)
      })
    }

    it('a beat that can be opened before the filter alone, unless it stays as it is or goes', async () => {
      const unfiltered = PLAIN.replace('schema:', 'opensUnfiltered: true, schema:')
      writeFileSync(join(folder.path, 'raw.mjs'), unfiltered)
      const raw = (keys: string) => `beats: [{ type: ./plain.mjs }, { type: ./raw.mjs${keys} }]`
      const changedRaw = await refusals([raw(''), OUTPUT], [raw(', word: x'), OUTPUT])
      expect(changedRaw).to.deep.equal(['1:32: beats.1: beat raw opens what the filter refuses'])
      expect(await refusals([raw(''), OUTPUT], [raw(''), OUTPUT])).to.deep.equal([])
      const without = 'beats: [{ type: ./plain.mjs }]'
      expect(await refusals([raw(''), OUTPUT], [without, OUTPUT])).to.deep.equal([])
      expect(await refusals([without, OUTPUT], [raw(''), OUTPUT])).to.have.lengthOf(1)
      const off = `${OUTPUT}\nseccomp.enabled: false`
      expect(await refusals([raw(''), off], [raw(', word: x'), off])).to.deep.equal([])
    })

    it('other settings of what confines it', async () => {
      const after = `${OUTPUT}\nlandlock.writes: [/srv]\ncapabilities: keep\nuser: root`
      expect(await refusals([beat(''), OUTPUT], [beat(''), after])).to.deep.equal([
        '3:1: landlock.writes: has changed',
        '4:1: capabilities: has changed',
        '5:1: user: has changed',
      ])
    })

    it('what was written and is not any more', async () => {
      const before = [beat(''), 'output.console.pretty: true', 'queue.mem.events: 5000']
      expect(await refusals(before, [beat(''), OUTPUT])).to.deep.equal([
        '2:1: output.console.pretty: has changed',
        'nowhere: queue.mem.events: has changed',
      ])
    })
  })

  describe('not under the filter that there is', () => {
    before(needsLinux)

    const extend = (...rules: readonly string[]) =>
      `seccomp: { default_action: errno, syscalls: [${rules.join(', ')}] }`
    const PTRACE = '{ action: allow, names: [ptrace] }'
    const TWO = 'beats: [{ type: ./plain.mjs, id: a }, { type: ./tracer.mjs }]'
    const ROWS: readonly (readonly [
      what: string,
      before: readonly string[],
      after: readonly string[],
      refused: readonly (string | RegExp)[],
    ])[] = [
      [
        'a beat that needs more',
        [beat('')],
        [TWO],
        ['1:39: beats.1: beat tracer needs ptrace, which the filter does not allow'],
      ],
      ['a beat that needs what is allowed', [beat(''), extend(PTRACE)], [TWO, extend(PTRACE)], []],
      ['a beat that needed more', [TWO], [beat('')], [/^nowhere: seccomp: .* ptrace \(default\)?/]],
      [
        'a rule',
        [beat('')],
        [beat(''), extend(PTRACE)],
        [/^2:1: seccomp: would decide otherwise of ptrace \(.*beat\.yml:2\)$/],
      ],
      [
        'a rule that says what holds',
        [beat('')],
        [beat(''), extend('{ action: allow, names: [read] }')],
        [],
      ],
      [
        'another default',
        [beat('')],
        [beat(''), 'seccomp.default_action: log'],
        [/^2:1: seccomp: would decide otherwise of .* and \d+ more$/],
      ],
      [
        'a switch, or two',
        [beat('')],
        [beat(''), 'seccomp: { log: false, required: true }'],
        ['2:24: seccomp.required: has changed', '2:12: seccomp.log: has changed'],
      ],
      [
        'off',
        [beat('')],
        [beat(''), 'seccomp.enabled: false'],
        ['2:1: seccomp.enabled: has changed'],
      ],
      [
        'names that do not exist',
        [beat('')],
        [beat(''), extend('{ action: allow, names: [no_such_call] }')],
        [/^2:1: seccomp: no filter could be made of it: unknown system calls .*no_such_call/],
      ],
      [
        'nothing, off',
        [beat(''), 'seccomp.enabled: false'],
        [beat(''), 'seccomp.enabled: false'],
        [],
      ],
    ]
    for (const [what, before, after, refused] of ROWS) {
      it(what, async () => {
        const found = await refusals([...before, OUTPUT], [...after, OUTPUT])
        expect(found).to.have.length(refused.length)
        for (const [at, expected] of refused.entries()) {
          if (typeof expected === 'string') expect(found[at]).to.equal(expected)
          else expect(found[at]).to.match(expected)
        }
      })
    }
  })
})
