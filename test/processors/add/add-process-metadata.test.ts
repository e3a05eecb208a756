import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import addProcess from '../../../lib/processors/add/add-process-metadata.ts'
import { environmentOf, processFields } from '../../../lib/processors/add/process.ts'
import { needsLinux } from '../../live.ts'
import { opened, outcome, problemsOf } from '../opened.ts'

describe('processor: add_process_metadata', () => {
  before(needsLinux)
  const { pid, ppid } = process

  const added = (config: object, event: object = { pid }) =>
    Object(outcome(addProcess, { match_pids: ['pid'], ...config }, { ...event }))

  it('adds what /proc says of a process that exists', () => {
    const { process: found } = added({})
    expect(found).to.deep.include({
      pid,
      parent: { pid: ppid },
      executable: readlinkSync('/proc/self/exe'),
      owner: { id: String(process.getuid?.()) },
    })
    expect(found.args[0]).to.equal(process.argv0)
    expect(found.title).to.equal(found.args.join(' '))
    const startedMs = Date.now() - process.uptime() * 1000
    expect(Math.abs(Date.parse(found.start_time) - startedMs)).to.be.below(5000)
    expect(found).not.to.have.property('env')
  })

  it('reads a number from text, from the first field that the event has', () => {
    const config = { match_pids: ['none', 'a.b', 'pid'], include_fields: ['process.pid'] }
    expect(added(config, { a: { b: String(ppid) }, pid })).to.deep.include({
      process: { pid: ppid },
    })
  })

  it('adds below a target, and only what is wanted', () => {
    const config = { target: 'x.parent', include_fields: ['process.parent.pid'] }
    expect(added(config)).to.deep.equal({
      pid,
      x: { parent: { process: { parent: { pid: ppid } } } },
    })
  })

  it('does not replace a field, except that the number of the process may be there', () => {
    const event = { process: { pid, name: 'x' } }
    const config = { match_pids: ['process.pid'], include_fields: ['process.pid', 'process.name'] }
    expect(outcome(addProcess, config, event)).to.equal(
      'throws: the field process.name exists already',
    )
    const replaced = added({ ...config, overwrite_keys: true }, event)
    expect(replaced.process.name).not.to.equal('x')
    const alone = { match_pids: ['process.pid'], include_fields: ['process.pid'] }
    expect(added(alone, { process: { pid } })).to.deep.equal({ process: { pid } })
  })

  it('adds the environment only where it is allowed', () => {
    expect(added({ restricted_fields: true }).process.env).to.be.an('object')
    expect(() => opened(addProcess, { include_fields: ['process.env'] })).to.throw(
      'which takes restricted_fields: true',
    )
    const proc = (restricted_fields: boolean) =>
      addProcess.privileges?.(Object({ restricted_fields }))
    expect(proc(false)).to.deep.include({ proc: 'processes', why: 'reads about processes' })
    expect(proc(true)?.[0]).to.have.property('proc', 'inside')
  })

  it('fails for what is no process, and passes events without one', () => {
    const config = { match_pids: ['pid'] }
    const failure = (value: unknown) => outcome(addProcess, config, { pid: value })
    expect(failure(4_194_304)).to.equal('throws: there is no such process')
    for (const value of ['x', '1/../self', -1, 1.5, 5e6, null, [1], { a: 1 }]) {
      expect(failure(value), String(value)).to.match(
        /^throws: the field pid \(.*\) is not the number/,
      )
    }
    expect(outcome(addProcess, config, {})).to.deep.equal({})
    expect(outcome(addProcess, { ...config, ignore_missing: false }, {})).to.equal(
      'throws: the event has none of the fields of match_pids',
    )
  })

  it('says what is wrong with its settings', () => {
    const [problem] = problemsOf(addProcess, { include_fields: ['process.nmae'] })
    expect(problem).to.match(/^include_fields\[0\]: must be one of .*did you mean "process.name"/)
  })

  it('is not misled by a name with parentheses and spaces, and finds a container', () => {
    const proc = mkdtempSync(join(tmpdir(), 'sealbeat-proc-'))
    mkdirSync(join(proc, '42'))
    const id = 'ab01'.repeat(16)
    const files = {
      stat: 'btime 1000\n',
      '42/stat': `42 (a) b (c)) S 7 ${'0 '.repeat(17)}250 0 0`,
      '42/cgroup': `0::/system.slice/docker-${id}.scope\n`,
      '42/environ': 'A=1=2\0B\0',
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(proc, name), text)
    expect(processFields(42, proc)).to.deep.equal({
      process: {
        name: 'a) b (c)',
        pid: 42,
        parent: { pid: 7 },
        start_time: new Date(1002_500).toISOString(),
      },
      container: { id },
    })
    expect(environmentOf(42, proc)).to.deep.equal({ A: '1=2', B: '' })
    expect(processFields(43, proc)).to.equal(undefined)
    rmSync(proc, { recursive: true })
  })
})
