import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { askPrivileges } from '../../lib/agent/plugins/privilege-shape.ts'
import { beatProblems, outputProblems, processorProblems } from '../../lib/agent/plugins/shape.ts'
import { leavesOf } from '../../lib/config/schema/leaf.ts'
import { formatPath } from '../../lib/errors.ts'
import { BUILTIN_PROCESSOR_NAMES } from '../../lib/processors/builtin.ts'
import { builtinPlugins } from '../../tools/reference/builtin-plugins.ts'
import { makeReference } from '../../tools/reference/make-reference.ts'

describe('docs/reference.md', () => {
  it('is what `make reference` makes of the schemas', async () => {
    expect(readFileSync('docs/reference.md', 'utf8')).to.equal(await makeReference())
  })

  it('has a row for every setting of every plugin that comes with the framework', async () => {
    const text = readFileSync('docs/reference.md', 'utf8')
    for (const { kind, plugin } of await builtinPlugins()) {
      const path = kind === 'output' ? ['output', plugin.name] : []
      for (const [at, { doc }] of leavesOf({ ...plugin.schema }, path)) {
        expect(text).to.contain(`| \`${formatPath(at)}\` |`)
        expect(text).to.contain(` ${doc} |`)
      }
    }
  })
})

const NO_FILES = { certificate_authorities: [], certificate: '', key: '' }

describe('the plugins that come with the framework', () => {
  it('are the agent itself, its beats, its processors and its outputs', async () => {
    const plugins = await builtinPlugins()
    expect(plugins.map(({ kind, plugin }) => `${kind} ${plugin.name}`)).to.deep.equal([
      'agent agent',
      'beat audit',
      'beat host',
      ...BUILTIN_PROCESSOR_NAMES.map(name => `processor ${name}`),
      ...['console', 'elasticsearch', 'file', 'http', 'logstash', 'otlp', 'redis', 'syslog'].map(
        name => `output ${name}`,
      ),
    ])
  })

  it('have the shape of the contract, and privileges that can be granted', async () => {
    const checks = {
      agent: () => [],
      beat: beatProblems,
      processor: processorProblems,
      output: outputProblems,
    }
    for (const { kind, plugin } of await builtinPlugins()) {
      expect(checks[kind](plugin)).to.deep.equal([])
      const settings = {
        path: '/srv',
        metricsets: ['cpu'],
        logging: { to_files: false },
        queue: { outside: [] },
        ...{ url: 'http://a', endpoint: 'a', hosts: ['a'], proxy_url: '', ssl: NO_FILES },
        ...(plugin.name === 'syslog' && { protocol: 'relp' }),
      }
      const { problems } = askPrivileges(() =>
        plugin.privileges?.(kind === 'agent' ? { ...settings, path: { data: '/srv' } } : settings),
      )
      expect(problems, plugin.name).to.deep.equal([])
    }
  })

  it('would not pass without a name, or as an output that can not be opened', () => {
    const problems = outputProblems({ schema: {}, close: () => undefined, opens: () => undefined })
    expect(problems).to.deep.equal([
      '"name" must be lower case letters, digits, - and _, not nothing',
      '"open" must be a function, not nothing (is it "opens"?)',
    ])
    expect(outputProblems(7)).to.deep.equal([
      'its default export must be an output (see defineOutput), not a number',
    ])
  })
})
