import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { withoutDebugPort } from '../../../lib/debug-port.ts'
import {
  installedPlaces,
  launcher,
  portableLauncher,
} from '../../../lib/packaging/contents/launcher.ts'

/** Takes the place of Node, and prints what it was started with. */
const RUNTIME = `#!/bin/sh
printf '%s\\n' "$SEALBEAT_CONFIG" "$@"
`

describe('the command of a tarball', () => {
  let folder: string
  before(() => {
    folder = join(
      realpathSync(mkdtempSync(join(tmpdir(), 'sealbeat-launcher-'))),
      `it's $HOME here`,
    )
    mkdirSync(join(folder, 'bin'), { recursive: true })
    write('bin/node', RUNTIME)
    write(
      'sample',
      portableLauncher({ name: 'sample', version: '1.2.3', runtime: 'bundled', jitless: false }),
    )
    symlinkSync(join(folder, 'sample'), join(folder, '../linked'))
  })
  after(() => rmSync(join(folder, '..'), { recursive: true }))

  function write(name: string, text: string): void {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), 0o755)
  }

  function lines(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const { SEALBEAT_CONFIG: _, ...rest } = process.env
    const options = { encoding: 'utf8', cwd: '/', env: { ...rest, ...env } } as const
    const { stdout, stderr } = spawnSync(command, args, options)
    expect(stderr).to.equal('')
    return stdout.trimEnd().split('\n')
  }

  it('runs its own Node with its own folders, wherever they are, and hands on what it is given', () => {
    const expected = [
      `${folder}/sample.yml`,
      ...withoutDebugPort(process.versions.node),
      `${folder}/node_modules/sealbeat/dist/bundle/main.js`,
      ...['--path.home', folder, '--path.config', folder],
      ...['--path.data', `${folder}/data`, '--path.logs', `${folder}/logs`],
      ...['run', '-E', 'name=a b'],
    ]
    const args = ['run', '-E', 'name=a b']
    expect(lines(join(folder, 'sample'), args)).to.deep.equal(expected)
    expect(lines(join(folder, '../linked'), args), 'through a link').to.deep.equal(expected)
    expect(lines('sh', ['-c', '. "$0"', join(folder, 'sample')])[0]).to.equal(expected[0])
  })

  it('leaves the configuration to who names another', () => {
    const env = { SEALBEAT_CONFIG: '/x.yml' }
    expect(lines(join(folder, 'sample'), [], env)[0]).to.equal('/x.yml')
  })

  it('has V8 make no code where that was asked for', () => {
    write(
      'jitless',
      portableLauncher({ name: 'sample', version: '1.2.3', runtime: 'bundled', jitless: true }),
    )
    expect(lines(join(folder, 'jitless'), [])[1]).to.equal('--jitless')
  })

  it('takes the Node that there is where none is packed', () => {
    write(
      'system',
      portableLauncher({ name: 'sample', version: '1.2.3', runtime: 'system', jitless: false }),
    )
    const env = { PATH: `${folder}/bin:${process.env['PATH']}` }
    expect(lines(join(folder, 'system'), [], env)[0]).to.equal(`${folder}/sample.yml`)
  })
})

describe('the command of an installed agent', () => {
  const launched = { name: 'sample', version: '1.2.3', runtime: 'bundled', jitless: true } as const

  it('starts the relay where root calls it, and only the agent of a service', () => {
    const noPort = withoutDebugPort(process.versions.node)
      .map(each => `${each} `)
      .join('')
    const bundle = '/usr/share/sample/node_modules/sealbeat/dist/bundle'
    const node = `"/usr/share/sample/bin/node" --jitless ${noPort}`
    expect(launcher(launched, installedPlaces('sample'))).to.equal(`#!/bin/sh
export SEALBEAT_PROGRAM="sample 1.2.3"
export SEALBEAT_CONFIG="\${SEALBEAT_CONFIG-/etc/sample/sample.yml}"
set -- ${node}"${bundle}/main.js" \\
  --path.home "/usr/share/sample" --path.config "/etc/sample" \\
  --path.data "/var/lib/sample" --path.logs "/var/log/sample" "$@"
if [ -O /usr/share/sample ]; then
  [ -z "$NOTIFY_SOCKET" ] || [ -t 0 ] || [ -t 1 ] || [ -t 2 ] || (: </dev/tty) 2>/dev/null ||
    exec setpriv --reuid sample --regid sample --init-groups "$@"
  exec ${node}"${bundle}/relay.js" sample "$@"
fi
exec "$@"
`)
  })

  it("takes the system's Node by its path: a service has no other", () => {
    const text = launcher({ ...launched, runtime: 'system' }, installedPlaces('sample'))
    expect(text).to.include('\nset -- "/usr/bin/node" --jitless "')
    expect(text).to.include('\n  exec "/usr/bin/node" --jitless "')
  })

  it('closes the port of the debugger where the Node that is packed knows how to', () => {
    const known = ['22.14.0', '22.22.1', '23.7.0', '24.0.0', '26.1.0']
    const unknown = ['20.20.2', '22.13.1', '23.6.1']
    for (const version of known)
      expect(withoutDebugPort(version)).to.deep.equal(['--disable-sigusr1'])
    for (const version of unknown) expect(withoutDebugPort(version)).to.deep.equal([])
  })
})
