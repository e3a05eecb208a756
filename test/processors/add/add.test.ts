import { readFileSync } from 'node:fs'
import { hostname, machine, release } from 'node:os'
import { expect } from 'chai'
import addHost from '../../../lib/processors/add/add-host-metadata.ts'
import addId, { idsOf } from '../../../lib/processors/add/add-id.ts'
import addLocale from '../../../lib/processors/add/add-locale.ts'
import addTags from '../../../lib/processors/add/add-tags.ts'
import { osFields } from '../../../lib/processors/add/host.ts'
import { opened, outcome, problemsOf, type Row } from '../opened.ts'

describe('processor: add_tags', () => {
  const ROWS: readonly Row[] = [
    ['makes the list', { tags: ['web', 'prod'] }, { a: 1 }, { a: 1, tags: ['web', 'prod'] }],
    ['appends', { tags: ['b', 'a'] }, { tags: ['a'] }, { tags: ['a', 'b', 'a'] }],
    ['has a target', { tags: ['x'], target: 'env.kinds' }, {}, { env: { kinds: ['x'] } }],
    ['takes the target as a key', { tags: ['x'], target: 'a.b' }, { 'a.b': [] }, { 'a.b': ['x'] }],
    ['adds nothing for no tags', { tags: [] }, { tags: 'x' }, { tags: 'x' }],
    [
      'fails for text',
      { tags: ['x'] },
      { tags: 'y' },
      'throws: the field tags is text, not a list',
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(addTags, config, event)).to.deep.equal(result))
  }

  it('gives every event a list of its own', () => {
    const { process } = opened(addTags, { tags: ['a'] })
    const first = process({})
    Object(first)['tags'].push('b')
    expect(process({})).to.deep.equal({ tags: ['a'] })
  })

  it('says what is wrong with its settings, all of it', () => {
    expect(problemsOf(addTags, {})).to.deep.equal(['tags: is required'])
    expect(problemsOf(addTags, { tags: ['a', 5], target: '@timestamp' })).to.deep.equal([
      'tags[1]: must be text, not 5 (put it in quotes)',
      'target: must be the name of a field that can be set, such as message or a.b, not "@timestamp" (the processor timestamp sets it)',
    ])
  })
})

describe('processor: add_id', () => {
  it('sets @metadata._id, and keeps the rest of @metadata', () => {
    const event = Object(outcome(addId, {}, { '@metadata': { pipeline: 'p', _id: 'old' } }))
    expect(event['@metadata']['pipeline']).to.equal('p')
    expect(event['@metadata']['_id']).to.match(/^[\w-]{20}$/)
    expect(Object(outcome(addId, { target_field: 'a.b' }, {}))['a']['b']).to.match(/^[\w-]{20}$/)
  })

  it('has as many ids as events, and no other instance has them', () => {
    const makers = [opened(addId, {}), opened(addId, {})]
    const ids = makers.flatMap(({ process }) =>
      Array.from({ length: 50_000 }, () => Object(process({}))['@metadata']['_id']),
    )
    expect(new Set(ids).size).to.equal(100_000)
  })

  it('lays the bytes out as Elasticsearch does', () => {
    const node = Uint8Array.of(1, 2, 3, 4, 5, 6)
    const next = idsOf(node, 0x010202, () => 0x0a0b0c0d0e0f)
    expect(Buffer.from(next(), 'base64url').toString('hex')).to.equal(
      '03' + '01' + '0d0c0b0a' + '010203040506' + '0e' + '02' + '0f',
    )
  })

  it('goes on where the clock is set back, and where the sequence begins again', () => {
    const times = [5000, 4000, 4000]
    const next = idsOf(new Uint8Array(6), 0xff_ff_fd, () => times.shift() ?? 0)
    const ids = Array.from({ length: 3 }, () => Buffer.from(next(), 'base64url'))
    const msOf = (id: Buffer | undefined) => (id?.[12] ?? 0) * 256 + (id?.[14] ?? 0)
    expect(ids.map(msOf)).to.deep.equal([5000, 5000, 5001])
  })
})

describe('processor: add_locale', () => {
  const timezone = (config: object) =>
    Object(outcome(addLocale, { ...config }, {}))['event'].timezone

  it('adds the offset or the abbreviation of the host', () => {
    const minutes = -new Date().getTimezoneOffset()
    const size = new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)
    expect(timezone({})).to.equal(`${minutes < 0 ? '-' : '+'}${size}`)
    expect(timezone({ format: 'abbreviation' })).to.match(/^([A-Z]+|[+-]\d\d:\d\d)$/)
  })

  it('keeps the other fields of the event', () => {
    expect(outcome(addLocale, {}, { event: { kind: 'x' } })).to.have.nested.property(
      'event.kind',
      'x',
    )
    expect(outcome(addLocale, {}, { event: 'x' })).to.match(
      /^throws: the field event.timezone can't/,
    )
  })

  it('refuses another format', () => {
    expect(problemsOf(addLocale, { format: 'offest' })).to.deep.equal([
      'format: must be one of offset, abbreviation, not "offest" (did you mean "offset"?)',
    ])
  })
})

describe('processor: add_host_metadata', () => {
  const hostOf = (config: object, event: object = {}) =>
    Object(outcome(addHost, { ...config }, { ...event }))['host']

  it('adds what the host is', () => {
    const host = hostOf({})
    expect(host).to.include({ hostname: hostname(), architecture: machine() })
    expect(host.os).to.include({ type: 'linux', kernel: release() })
    expect(host).not.to.have.any.keys('ip', 'mac', 'geo')
    expect(host.os.name).to.equal(
      /^NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1],
    )
  })

  it('reads os-release as its manual has it', () => {
    const rocky =
      'NAME="Rocky Linux"\nVERSION="9.4 (Blue Onyx)"\nID="rocky"\nID_LIKE="rhel centos fedora"\n'
    expect(osFields(rocky)).to.deep.equal({
      type: 'linux',
      kernel: release(),
      platform: 'rocky',
      version: '9.4 (Blue Onyx)',
      family: 'redhat',
      name: 'Rocky Linux',
    })
    expect(osFields("ID=debian\nVERSION_CODENAME='forky'")).to.include({
      family: 'debian',
      codename: 'forky',
    })
    expect(osFields('')).to.deep.equal({ type: 'linux', kernel: release() })
  })

  it('replaces and merges, or leaves an event that has a host of its own', () => {
    const other = { name: 'n', hostname: 'other', os: { kernel: 'k', x: 1 } }
    expect(hostOf({}, { host: other })).to.deep.include({ name: 'n', hostname: hostname() })
    expect(hostOf({}, { host: other }).os).to.include({ x: 1, kernel: release() })
    expect(hostOf({ replace_fields: false }, { host: other })).to.deep.equal(other)
    expect(hostOf({ replace_fields: false }, { host: { name: 'n' } })).to.include({
      name: 'n',
      hostname: hostname(),
    })
    expect(hostOf({ replace_fields: false }, { host: { id: 'i' } })).to.deep.equal({ id: 'i' })
  })

  it('adds where the host is, as far as it is told', () => {
    const geo = {
      name: 'rack-1',
      location: '40.7128, -74.0060',
      continent_name: 'North America',
      country_name: 'United States',
      country_iso_code: 'US',
      region_name: 'New York',
      region_iso_code: 'US-NY',
      city_name: 'New York',
    }
    expect(hostOf({ geo, cache: { ttl: 0 } }).geo).to.deep.equal(geo)
  })

  it('declares the socket that addresses take, and adds them', () => {
    const settings = (enabled: boolean) => Object({ netinfo: { enabled } })
    expect(addHost.privileges?.(settings(false))).to.deep.equal([])
    expect(addHost.privileges?.(settings(true))).to.have.length(1)
    const host = hostOf({ netinfo: { enabled: true } })
    expect(host.ip).to.be.an('array').that.does.not.include('127.0.0.1')
    for (const mac of host.mac) expect(mac).to.match(/^([\dA-F]{2}-){5}[\dA-F]{2}$/)
  })

  it('gives every event maps of its own', () => {
    const { process } = opened(addHost, {})
    const first = Object(process({}))
    first.host.os.kernel = 'changed'
    expect(Object(process({})).host.os.kernel).to.equal(release())
  })
})
