import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync } from 'node:fs'
import { expect } from 'chai'
import { beatSource, type Result, Workplace } from '../cli/workplace.ts'
import { needsLinux, programFile, skip } from '../live.ts'

const NOBODY = 65534
const BEAT = beatSource('', '', 'console.error("imported")')
const AGENT = 'beats: [{ type: ./probe.js }]\noutput.console: {}\n'
const CHECK = ['test', 'config', '-c', 'etc/web/beat.yml']

describe('the folders above the files that the agent trusts', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'etc/web/beat.yml': AGENT, 'etc/web/probe.js': BEAT })
    chmodSync(place.folder, 0o755)
  })
  afterEach(() => place.remove())

  const user = process.geteuid?.()
  const shell = (script: string) => ['sh', '-c', `${script} && exec "$@"`, 'sh']
  const writable = (path: string, permissions = 'drwxrwxrwx') =>
    `folder ("${place.path(path)}") can only be writable by the owner but the permissions are ` +
    `"${permissions}" (to fix the permissions use: 'chmod go-w ${place.path(path)}')`
  const foreign = (what: string, path: string, command: string) =>
    `${what} ("${place.path(path)}") must be owned by the user identifier (uid=${user}) or root, ` +
    `not by uid ${NOBODY} (to fix the owner use: '${command} ${user} ${place.path(path)}')`

  function needsRoot(context: Mocha.Context): void {
    if (process.getuid?.() !== 0) skip(context, 'not root')
  }
  function expectRefused({ code, stdout, stderr }: Result, ...lines: readonly string[]): void {
    expect(stderr.trimEnd().split('\n')).to.deep.equal(lines)
    expect(stdout).to.equal('')
    expect(code).to.equal(78)
  }
  function expectAccepted({ code, stdout, stderr }: Result): void {
    expect(stdout, stderr).to.match(/^Config OK\n/)
    expect(code).to.equal(0)
  }

  it('may be written by nobody else; each is named once, and no beat imported', async () => {
    place.write({ 'etc/web/more.yml': 'name: a\n', 'etc/own/probe.js': BEAT })
    for (const folder of ['etc', 'etc/web']) chmodSync(place.path(folder), 0o777)
    for (const command of ['run', 'test config']) {
      const files = ['-c', 'etc/web/beat.yml', '-c', 'etc/web/more.yml']
      expectRefused(
        await place.run(...command.split(' '), ...files),
        `etc/web/beat.yml: ${writable('etc')}`,
        `etc/web/beat.yml: ${writable('etc/web')}`,
      )
    }
  })

  it('of beats, processors and outputs count as well, also once', async () => {
    place.write({
      'beat.yml':
        'beats: [{ type: ./open/a.js }, { type: ./open/b.js }]\n' +
        'processors: [{ own: { type: ./open/c.js } }]\noutput.console: {}\n',
      ...Object.fromEntries(['a', 'b', 'c'].map(name => [`open/${name}.js`, BEAT])),
    })
    chmodSync(place.path('open'), 0o777)
    chmodSync(place.path('open/b.js'), 0o606)
    const { code, stderr } = await place.run('run')
    const file =
      'beat file ("./open/b.js") can only be writable by the owner but the permissions are "-rw----rw-" ' +
      `(to fix the permissions use: 'chmod go-w ${place.path('open/b.js')}')`
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .map(line => line.replace(/^\S+ \S+type: /, '')),
    ).to.have.members([writable('open'), file])
    expect(code).to.equal(78)
  })

  it('do not matter with --strict.perms=false', async () => {
    chmodSync(place.path('etc'), 0o777)
    const { code, stderr } = await place.run(
      'run',
      '-c',
      'etc/web/beat.yml',
      '--strict.perms=false',
    )
    expect(code, stderr).to.equal(0)
    expect(stderr).to.contain('imported')
  })

  it('belong to who runs it, or to root', async function () {
    needsRoot(this)
    chownSync(place.path('etc'), NOBODY, NOBODY)
    expectRefused(
      await place.run(...CHECK),
      `etc/web/beat.yml: ${foreign('folder', 'etc', 'chown')}`,
    )
    const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
    if (spawnSync('setpriv', [...asNobody.slice(1), 'test', '-r', programFile('sealed')]).status) {
      skip(this, 'user 65534 may not read this folder')
    }
    expectAccepted(await place.startThrough(asNobody, ...CHECK).ended())
  })

  it('may be sticky, where nobody replaces what is another’s', async () => {
    chmodSync(place.path('etc'), 0o1777)
    expectAccepted(await place.run(...CHECK))
  })

  it('may be writable where the mount is read-only', async function () {
    needsRoot(this)
    chmodSync(place.path('etc/web'), 0o777)
    const mounts = 'mount --bind etc etc && mount -o remount,bind'
    const through = (options: string) => [
      'unshare',
      '--mount',
      ...shell(`${mounts},${options} etc`),
    ]
    expectAccepted(await place.startThrough(through('ro'), ...CHECK).ended())
    expectRefused(
      await place.startThrough(through('rw'), ...CHECK).ended(),
      `etc/web/beat.yml: ${writable('etc/web')}`,
    )
  })

  it('may be written by a private group, as with a umask of 002', async function () {
    needsRoot(this)
    place.write({
      passwd: 'root:x:0:0::/:\njo:x:4711:4712::/:\n',
      group: 'root:x:0:\njo:x:4712:\n',
      shared: 'root:x:0:\njo:x:4712:al\n',
    })
    spawnSync('chown', ['-R', '4711:4712', place.path('etc')])
    spawnSync('chmod', ['-R', 'g+w', place.path('etc')])
    const as = (group: string) => [
      ...['unshare', '--mount'],
      ...shell(`mount --bind passwd /etc/passwd && mount --bind ${group} /etc/group`),
      ...['setpriv', '--reuid=4711', '--regid=4712', '--clear-groups'],
    ]
    const probe = [...as('group'), 'test', '-r', programFile('sealed')]
    const [program = '', ...args] = probe
    if (spawnSync(program, args, { cwd: place.folder }).status)
      skip(this, 'another user may not read this folder')
    expectAccepted(await place.startThrough(as('group'), ...CHECK).ended())
    const { stderr } = await place.startThrough(as('shared'), ...CHECK).ended()
    for (const folder of ['etc', 'etc/web']) {
      expect(stderr).to.contain(`etc/web/beat.yml: ${writable(folder, 'drwxrwxr-x')}\n`)
    }
  })

  it('may have an owner that the user namespace does not have', async function () {
    needsRoot(this)
    chownSync(place.path('etc'), 1, 1)
    const alone = ['unshare', '--user', '--map-root-user']
    if (spawnSync('unshare', [...alone.slice(1), 'true']).status) skip(this, 'no user namespaces')
    expectAccepted(await place.startThrough(alone, ...CHECK).ended())
    expect((await place.run(...CHECK)).code, 'the control').to.equal(78)
  })

  describe('behind symbolic links', () => {
    beforeEach(() => {
      place.write({ 'other/b/beat.yml': AGENT, 'other/b/probe.js': BEAT })
    })
    const through = (link: string) => place.run('test', 'config', '-c', `${link}/beat.yml`)

    it('count, and so do those above the link', async () => {
      symlinkSync('../other/b', place.path('etc/link'))
      expectAccepted(await through('etc/link'))
      chmodSync(place.path('other'), 0o777)
      chmodSync(place.path('etc'), 0o777)
      expectRefused(
        await through('etc/link'),
        `etc/link/beat.yml: ${writable('etc')}`,
        `etc/link/beat.yml: ${writable('other')}`,
      )
    })

    it('are not reached through a link of another, wherever in the way it stands', async function () {
      needsRoot(this)
      symlinkSync('other', place.path('middle'))
      symlinkSync('b', place.path('other/last'))
      lchownSync(place.path('middle'), NOBODY, NOBODY)
      expectRefused(
        await through('middle/last'),
        `middle/last/beat.yml: ${foreign('symbolic link', 'middle', 'chown -h')}`,
      )
    })

    it('count for a beat, which is then imported from where it is', async () => {
      place.write({
        'beat.yml': 'beats: [{ type: ./linked.js }]\noutput.console: {}\n',
        'other/b/probe.js': beatSource('', '', 'console.error(import.meta.url)'),
      })
      symlinkSync('other/b/probe.js', place.path('linked.js'))
      const { code, stderr } = await place.run('run')
      expect(code, stderr).to.equal(0)
      expect(stderr).to.contain('/other/b/probe.js\n')
      chmodSync(place.path('other'), 0o777)
      const refused = await place.run('run')
      expectRefused(refused, `beat.yml:1:11: beats[0].type: ${writable('other')}`)
    })

    it('that go in circles or nowhere are no files', async () => {
      symlinkSync('loop', place.path('loop'))
      symlinkSync('nothing', place.path('dangling'))
      for (const [name, words] of [
        ['loop', 'too many levels of symbolic links'],
        ['dangling', 'is a symbolic link to nothing, which is not there'],
      ]) {
        const { code, stderr } = await place.run('test', 'config', '-c', place.path(name ?? ''))
        expect(stderr).to.equal(`${place.path(name ?? '')}: ${words}\n`)
        expect(code).to.equal(78)
      }
    })
  })

  describe('of a file that is open already', () => {
    before(needsLinux)

    it('do not count, as nobody can replace it: /dev/stdin', async () => {
      mkdirSync(place.path('open'))
      place.write({ 'open/beat.yml': 'beats: [{ type: host }]\noutput.console: {}\n' })
      chmodSync(place.path('open'), 0o777)
      const from = (script: string) =>
        place.startThrough(shell(script), 'test', 'config', '-c', '/dev/stdin').ended()
      expectAccepted(await from('exec < open/beat.yml'))
      expectAccepted(await from('exec < open/beat.yml && rm open/beat.yml'))
    })

    it('leave the file itself to be looked at', async () => {
      place.write({ 'open.yml': 'beats: [{ type: host }]\noutput.console: {}\n' })
      chmodSync(place.path('open.yml'), 0o666)
      const { stderr, code } = await place
        .startThrough(shell('exec < open.yml'), 'test', 'config', '-c', '/dev/stdin')
        .ended()
      expect(stderr).to.match(/^\/dev\/stdin: config file \("\/dev\/stdin"\) can only be writable/)
      expect(code).to.equal(78)
    })
  })
})
