import { expect } from 'chai'
import type { Reach } from '../../lib/sandbox/reach.ts'
import { type Host, refusalHint } from '../../lib/sandbox/refusal/refusal.ts'

const asked = <T>(what: T) => ({ what, who: 'beat web', why: 'needs it' })

const REACH: Reach = {
  reads: undefined,
  writes: [asked('/own')],
  executes: [asked('/usr/bin/uptime')],
  connects: [asked(443)],
  listens: [asked(8080)],
  unix: [asked('/run/db.sock')],
  families: [],
  inside: [],
  capabilities: [],
  anyPorts: [],
}

const HOST: Host = {
  path: '/bin:/usr/bin',
  pid: 10,
  mayAccess: path => !path.includes('closed'),
  exists: path => !path.includes('new'),
  real: path => path.replace('/link', '/own'),
  device: folder => (folder.startsWith('/mnt') ? 2 : 1),
  isOwn: pid => pid !== 1,
  mayLoad: path => !path.startsWith('/noexec'),
}

function systemError(fields: Readonly<Record<string, unknown>>): Error {
  return Object.assign(new Error('refused'), { code: 'EACCES', ...fields })
}

function hintOf(
  fields: Readonly<Record<string, unknown>>,
  {
    abi = 9,
    isConfined = true,
    filtered = [] as readonly ('programs' | 'connects' | 'listens' | 'unix' | 'netlink')[],
    reach = REACH,
  } = {},
) {
  return refusalHint(
    systemError(fields),
    { reach, abi: isConfined ? abi : undefined, filtered: new Set(filtered) },
    HOST,
  )
}

describe('the hint of a refusal', () => {
  it('finds the system error in causes and in what was collected', () => {
    const refusals = { reach: REACH, abi: 9, filtered: new Set<never>() }
    const error = systemError({ syscall: 'connect', port: 80 })
    for (const thrown of [
      error,
      new Error('fetch failed', { cause: error }),
      new AggregateError([new Error('no'), error]),
    ]) {
      expect(refusalHint(thrown, refusals, HOST)).to.contain('connects: 80')
    }
    const circular = new Error('round')
    circular.cause = circular
    for (const thrown of [circular, 'a text', undefined, new Error('no')]) {
      expect(refusalHint(thrown, refusals, HOST)).to.equal(undefined)
    }
  })

  it('is given only under a domain, and for what one answers', () => {
    const open = { syscall: 'open', path: '/srv/a' }
    expect(hintOf(open)).to.contain("{ writes: '/srv' }")
    expect(hintOf(open, { isConfined: false })).to.equal(undefined)
    expect(hintOf({ ...open, code: 'ENOSPC' })).to.equal(undefined)
  })

  it('is not given where files may be written, nor where their modes refuse it', () => {
    for (const path of ['/own/a', '/link/a', '/srv/closed', '/closed/new']) {
      expect(hintOf({ syscall: 'open', path }), path).to.equal(undefined)
    }
    expect(hintOf({ syscall: 'unlink', path: '/srv/closed' }), 'its folder counts').to.be.a(
      'string',
    )
    expect(hintOf({ syscall: 'scandir', path: '/srv' }), 'all may be read').to.equal(undefined)
  })

  it('names the folder that is written, of two the one that is outside', () => {
    const both = { path: '/own/a', dest: '/srv/new' }
    for (const syscall of ['rename', 'link', 'copyfile', 'symlink']) {
      expect(hintOf({ syscall, ...both }), syscall).to.contain("{ writes: '/srv' }")
    }
    expect(hintOf({ syscall: 'copyfile', path: '/srv/a', dest: '/own/new' })).to.equal(undefined)
    expect(hintOf({ syscall: 'rename', path: '/srv/a', dest: '/own/new' })).to.contain("'/srv'")
  })

  it('names the folder of a file that is declared itself, as only folders are granted', () => {
    const reach = { ...REACH, writes: [asked('/srv/a'), asked('/link/b')] }
    for (const syscall of ['open', 'unlink', 'rmdir']) {
      expect(hintOf({ syscall, path: '/srv/a' }, { reach }), syscall).to.contain("writes: '/srv' }")
    }
    expect(hintOf({ syscall: 'open', path: '/own/b' }, { reach })).to.contain("writes: '/own' }")
    expect(hintOf({ syscall: 'open', path: '/srv/a/b' }, { reach })).to.equal(undefined)
    expect(hintOf({ syscall: 'mkdir', path: '/srv/a' }, { reach })).to.equal(undefined)
  })

  it('tells Landlock’s EXDEV from that of two file systems', () => {
    const rename = { code: 'EXDEV', syscall: 'rename', path: '/own/a' }
    expect(hintOf({ ...rename, dest: '/srv/new' })).to.contain("{ writes: '/srv' }")
    expect(hintOf({ ...rename, dest: '/mnt/new' })).to.equal(undefined)
    expect(hintOf({ ...rename, dest: '/own/sub/new' }, { abi: 1 })).to.contain('before Linux 5.19')
    expect(hintOf({ ...rename, dest: '/own/sub/new' })).to.equal(undefined)
  })

  it('names reading where that is restricted', () => {
    const reach = { ...REACH, reads: [asked('/etc')] }
    expect(hintOf({ syscall: 'open', path: '/srv/a' }, { reach })).to.contain("{ reads: '/srv' }")
    expect(hintOf({ syscall: 'scandir', path: '/etc/closed' }, { reach })).to.equal(undefined)
    expect(hintOf({ syscall: 'open', path: '/etc/a' }, { reach })).to.contain("{ writes: '/etc' }")
  })

  it('names who looks into processes, if it is one of its own user', () => {
    expect(hintOf({ syscall: 'open', path: '/proc/7/maps' })).to.contain("proc: 'inside'")
    expect(hintOf({ syscall: 'open', path: '/proc/1/maps' })).to.equal(undefined)
    for (const self of ['self', '10']) {
      expect(hintOf({ syscall: 'open', path: `/proc/${self}/mem` })).to.contain('undumpable')
    }
  })

  it('names ports where the kernel decides about them', () => {
    const connect = { syscall: 'connect', port: 80, address: '::1' }
    expect(hintOf(connect)).to.contain('80 in landlock.connects')
    expect(hintOf(connect, { abi: 3 })).to.equal(undefined)
    expect(hintOf({ ...connect, port: 443 })).to.equal(undefined)
    expect(hintOf(connect, { reach: { ...REACH, connects: undefined } })).to.equal(undefined)
    expect(hintOf({ syscall: 'listen', port: 80 })).to.contain('80 in landlock.listens')
    expect(hintOf({ syscall: 'listen', port: 8080 })).to.equal(undefined)
    expect(hintOf({ syscall: 'bind', port: 0 }, { abi: 10 })).to.contain("network: 'ip'")
    expect(hintOf({ syscall: 'bind', port: 0 })).to.equal(undefined)
  })

  it('names unix sockets where the kernel decides about them', () => {
    const connect = (address: string) => ({ syscall: 'connect', address })
    expect(hintOf(connect('/run/other.sock'))).to.contain("{ unix: '/run/other.sock' }")
    expect(hintOf(connect('/run/other.sock'), { abi: 8 })).to.equal(undefined)
    expect(hintOf(connect('/run/db.sock'))).to.equal(undefined)
    expect(hintOf({ ...connect('\0name'), code: 'EPERM' }, { abi: 6 })).to.contain("'@name'")
    expect(hintOf({ syscall: 'listen', address: '/own/a.sock', port: -1 })).to.contain(
      "{ unix: '/own/a.sock' }",
    )
    expect(hintOf({ syscall: 'listen', address: '/run/db.sock', port: -1 })).to.equal(undefined)
  })

  it('names the filter or Landlock for programs', () => {
    const filtered = { syscall: 'spawn', code: 'EPERM' }
    expect(hintOf(filtered, { filtered: ['programs'] })).to.match(/^the filter/)
    expect(hintOf(filtered)).to.equal(undefined)
    const start = (path: string) => hintOf({ syscall: `spawn ${path}`, path })
    expect(start('/bin/ls')).to.contain("{ executes: '/bin/ls' }")
    expect(start('ls')).to.contain("{ executes: '/bin/ls' }")
    expect(start('/bin/closed')).to.equal(undefined)
    expect(start('/usr/bin/uptime')).to.contain('what runs it')
    const reach = { ...REACH, executes: [asked('/own/bin')] }
    const linked = hintOf({ syscall: 'spawn /link/bin/a', path: '/link/bin/a' }, { reach })
    expect(linked).to.contain('what runs it')
  })

  describe('of a socket that the filter has no way to', () => {
    const EVERYTHING = ['connects', 'listens', 'unix', 'netlink'] as const
    const filtered = (fields: Readonly<Record<string, unknown>>, abi = 9) =>
      hintOf({ code: 'EPERM', ...fields }, { abi, filtered: EVERYTHING })
    const ROWS = [
      [{ syscall: 'connect', address: '10.0.0.1', port: 9200 }, '{ connects: 9200 }'],
      [{ syscall: 'connect', address: '/run/other.sock' }, "{ unix: '/run/other.sock' }"],
      [{ syscall: 'connect', address: '\0bus' }, "{ unix: '@bus' }"],
      [{ syscall: 'listen', address: '::', port: 80 }, '{ listens: 80 }'],
      [{ syscall: 'listen', address: '/tmp/x.sock' }, "{ unix: '/tmp/x.sock' }"],
      [{ syscall: 'listen', address: '\0x' }, "{ unix: '@x' }"],
      [{ syscall: 'bind', address: '0.0.0.0', port: 514 }, "{ network: 'ip' }"],
      [{ syscall: 'getaddrinfo', code: 'EAI_AGAIN', hostname: 'db' }, '{ connects: PORT }'],
      [{ syscall: 'queryA', code: 'ECONNREFUSED', hostname: 'db' }, '{ connects: PORT }'],
      [
        { code: 'ERR_SYSTEM_ERROR', info: { syscall: 'uv_interface_addresses', code: 'Unknown' } },
        "{ addressFamily: 'AF_NETLINK' }",
      ],
    ] as const
    for (const [fields, declare] of ROWS) {
      it(`${JSON.stringify(fields)}: ${declare}`, () => {
        expect(filtered(fields))
          .to.match(/^the filter lets/)
          .and.to.contain(declare)
        expect(filtered(fields, 0)).to.equal(filtered(fields))
        // Where the filter lets such sockets be had, somebody else has refused this one.
        expect(hintOf({ code: 'EPERM', ...fields }, { isConfined: false })).to.equal(undefined)
      })
    }
  })

  it('of an addon that is imported too late: where to import it, if the filter has refused it', () => {
    const unmapped = '/srv/addon.node: failed to map segment from shared object'
    const hintFor = (message: string, ...filtered: readonly 'libraries'[]) => {
      const error = Object.assign(new Error(message), { code: 'ERR_DLOPEN_FAILED' })
      const refusals = { reach: REACH, abi: 9, filtered: new Set(filtered) }
      return refusalHint(new Error('beat', { cause: error }), refusals, HOST)
    }
    const hint = "import it before the seal, at the top of the beat's module"
    expect(hintFor(unmapped, 'libraries')).to.contain(hint)
    expect(hintFor('Error relocating /x: Operation not permitted', 'libraries')).to.contain(hint)
    expect(hintFor(unmapped)).to.equal(undefined)
    expect(hintFor(unmapped.replace('/srv', '/noexec'), 'libraries')).to.equal(undefined)
    expect(hintFor('/srv/addon.node: undefined symbol: x', 'libraries')).to.equal(undefined)
  })
})
