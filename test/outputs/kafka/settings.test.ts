import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import output from '../../../packages/kafka/src/index.ts'
import { platformProblem } from '../../../packages/kafka/src/platform.ts'
import { bootstrapOf, settingProblems } from '../../../packages/kafka/src/settings.ts'
import { ROOT } from '../../docs/page.ts'
import { settingsOf, type Written } from './opened.ts'

const problemsOf = (written: Written) =>
  settingProblems(settingsOf({ topic: 't', ...written })).map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  )

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(`${ROOT}${folder}package.json`, 'utf8'))

describe('the settings of output.kafka', () => {
  it('name brokers, with the usual port where there is none', () => {
    const hosts = ['kafka-1.example', 'kafka-2.example:19092', 'kafka://[::1]:9093']
    const named = bootstrapOf(settingsOf({ topic: 't', hosts }))
    expect(named.map(({ host, port }) => `${host} ${port}`)).to.deep.equal([
      ...['kafka-1.example 9092', 'kafka-2.example 19092', '::1 9093'],
    ])
    expect(named[0]?.title).to.equal('kafka://kafka-1.example:9092')
  })

  const WRONG: readonly (readonly [written: Written, said: string])[] = [
    [{ hosts: [] }, 'hosts must name a broker'],
    [{ hosts: ['a:b@kafka.example'] }, 'hosts must have no name and password'],
    [{ username: 'a' }, 'username must not be set without a password'],
    [{ password: 'p' }, 'password must not be set without a username'],
    [{ sasl: { mechanism: 'SCRAM-SHA-512' } }, 'sasl.mechanism must not be set without a username'],
    [{ topic: 't-%{x}' }, 'topic "%{x}" must be %{[field]}'],
    [{ topics: [{ topic: 'a', wen: {} }] }, 'topics.0.wen unknown key'],
    [{ key: '%{[k]' }, 'key "%{[k]" has no closing }'],
    [{ ssl: { verification_mode: 'none' } }, 'ssl.enabled must be true'],
  ]
  for (const [written, said] of WRONG) {
    it(`are refused: ${said}`, () => {
      const problems = problemsOf(written)
      expect(problems).to.have.length(1)
      expect(problems[0]).to.include(said)
    })
  }

  it('are fine otherwise', () => {
    const user = { username: 'a', password: 'p', sasl: { mechanism: 'SCRAM-SHA-512' } }
    expect(problemsOf({})).to.deep.equal([])
    expect(problemsOf({ ...user, ssl: { enabled: true }, key: '%{[k]}' })).to.deep.equal([])
  })

  it('have a guarantee for each of required_acks', () => {
    const said = [-1, 0, 1].map(required_acks =>
      output.guarantee?.(settingsOf({ topic: 't', required_acks })),
    )
    expect(new Set(said).size).to.equal(3)
    expect(said).not.to.include('')
    expect(() => settingsOf({ topic: 't', required_acks: 2 })).to.throw('required_acks')
  })
})

describe('where output.kafka runs', () => {
  it('is a Node on which its client does, with WebAssembly', () => {
    const problem = (node: string, hasWebAssembly = true) =>
      platformProblem({ node, hasWebAssembly })
    expect(problem('22.22.0')).to.equal(undefined)
    expect(problem('24.0.0')).to.equal(undefined)
    expect(problem('20.20.2')).to.equal(
      'must run on Node 22.22 or later, not 20.20.2: its client of Kafka does',
    )
    expect(problem('22.21.9')).to.include('must run on Node 22.22 or later')
    expect(problem('24.1.0', false)).to.equal(
      'must not run with --jitless: its client of Kafka needs WebAssembly',
    )
  })

  it('is what its manifest and that of its client say', () => {
    const [own, root] = [manifestOf('packages/kafka/'), manifestOf('')]
    const client = manifestOf('node_modules/@platformatic/kafka/')
    expect(own.engines.node).to.equal('>=22.22')
    expect(client.engines.node).to.match(/^>= 22\.22\.0 /)
    expect(own.dependencies['@platformatic/kafka']).to.equal(client.version)
    expect(root.devDependencies['@platformatic/kafka']).to.equal(client.version)
    expect(own.version).to.equal(root.version)
    expect(own.peerDependencies.sealbeat).to.equal(`^${root.version}`)
  })
})
