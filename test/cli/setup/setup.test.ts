import { expect } from 'chai'
import { needsLinux } from '../../live.ts'
import { WebServer } from '../../outputs/http/servers.ts'
import { beatSource, type Result, Workplace } from '../workplace.ts'

const BEAT = beatSource('', "fields: { word: 'keyword' },")
const SILENT = beatSource('')

describe('sealbeat setup', function () {
  this.timeout(60_000)
  let web: WebServer
  let place: Workplace

  before(needsLinux)
  beforeEach(async () => {
    web = new WebServer()
    await web.listen()
    web.answer = (response, { method }) =>
      method === 'GET' ? response.writeHead(404).end('{}') : response.end('{}')
    place = new Workplace({ 'probe.js': BEAT, 'silent.js': SILENT })
  })
  afterEach(async () => {
    place.remove()
    await web.close()
  })

  const elasticsearch = () => `output.elasticsearch:
  hosts: ['http://127.0.0.1:${web.port}']
  password: s3cret
  username: me`

  function run(beats: readonly string[], output: string, ...args: string[]): Promise<Result> {
    const list = beats.map(beat => `- { type: ./${beat}.js, id: ${beat} }\n`).join('')
    place.write({ 'beat.yml': `beats:\n${list}seccomp.required: true\n${output}\n` })
    return place.run('setup', '--strict.perms=false', ...args)
  }

  it('makes what the output wants, confined, and says each', async () => {
    const { code, stdout, stderr } = await run(['probe'], elasticsearch())
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(stdout).to.equal(
      `http://127.0.0.1:${web.port}  PUT /_index_template/sealbeat  made: for indices that are made from now on\n`,
    )
    const { template, data_stream } = JSON.parse(String(web.seen[1]?.body))
    expect(data_stream).to.deep.equal({})
    expect(template.mappings.properties.word.type).to.equal('keyword')
    expect(template.mappings.properties['@timestamp'].type).to.equal('date')
    expect(web.seen.map(({ headers }) => headers.authorization)).to.deep.equal([
      ...['Basic bWU6czNjcmV0', 'Basic bWU6czNjcmV0'],
    ])
  })

  it('prints it instead, and asks nobody', async () => {
    const { code, stdout } = await run(['probe'], elasticsearch(), '--print', '--indices')
    expect(code).to.equal(0)
    const [{ request, body }] = JSON.parse(stdout)
    expect(request).to.equal('PUT /_index_template/sealbeat')
    expect(body).not.to.have.property('data_stream')
    expect(stdout).not.to.include('s3cret')
    expect(web.seen).to.deep.equal([])
  })

  it('ends with 1 where it is refused', async () => {
    web.answer = response => response.writeHead(401).end('no')
    const { code, stdout } = await run(['probe'], elasticsearch())
    expect(code).to.equal(1)
    expect(stdout).to.match(/failed: HTTP 401: no; check the user, its password or the API key\n$/)
  })

  it('notes the beats that do not say what they publish', async () => {
    const { code, stderr } = await run(['silent'], elasticsearch(), '--print')
    expect(code).to.equal(0)
    expect(stderr).to.match(/^note: the beat probe does not say which fields it publishes/)
  })

  it('refuses beats that contradict each other, and an index that could be any', async () => {
    place.write({ 'silent.js': beatSource('', "fields: { 'word.more': 'long' },") })
    const both = await run(['probe', 'silent'], elasticsearch(), '--print')
    expect(both.code).to.equal(1)
    expect(both.stderr).to.include('word is both a value and an object')
    place.write({ 'silent.js': beatSource('', "fields: { word: 'long' },") })
    const other = await run(['probe', 'silent'], elasticsearch(), '--print')
    expect(other.stderr).to.match(/word is long to the beat probe, and keyword to the beat probe/)
    const any = await run(['probe'], `${elasticsearch()}\n  index: '%{[word]}'`)
    expect(any.code).to.equal(1)
    expect(any.stderr).to.include('the index "%{[word]}" begins with a field')
    expect(web.seen).to.deep.equal([])
  })

  it('makes nothing for an output that needs nothing', async () => {
    const { code, stdout } = await run(['probe'], 'output.console: {}')
    expect({ code, stdout }).to.deep.equal({
      ...{ code: 0, stdout: 'the output console needs nothing: nothing was made\n' },
    })
  })
})
