import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const PROGRAM = fileURLToPath(new URL('../testing/measured.js', import.meta.url))

interface Measured {
  readonly events: readonly { readonly system: { readonly filesystem: Filesystem } }[]
  readonly durationMs: number
}

type Filesystem = Readonly<Record<string, string | number>> & { readonly used: { bytes: number } }

describe('host: mounts on this host', () => {
  let place: string
  before(function () {
    if (canMount()) return
    console.log('    skipped: takes root, and a mount namespace')
    this.skip()
  })
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'host-mounts-'))
  })
  // The mounts have gone with their namespace.
  afterEach(() => rmSync(place, { recursive: true }))

  /** Runs the lines of a shell in a mount namespace of its own; `measure` prints what the beat measures. */
  const inNamespace = (...lines: readonly string[]): string => {
    const config = JSON.stringify({ metricsets: ['filesystem'], filesystem: { ignore_types: [] } })
    const script = `set -e; cd ${place}; measure() { "$1" ${PROGRAM} '${config}'; }; ${lines.join('\n')}`
    const shell = ['sh', '-c', script.replaceAll('"$1"', process.execPath)]
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', '--propagation', 'private', ...shell],
      { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' },
    )
    expect(status, stderr).to.equal(0)
    return stdout
  }
  const DF = `df -B1 --output=target,source,fstype,size,used,avail,itotal,iavail | tail -n +2 | tr -s ' '`

  /** Compares the beat with df three times: of other mounts than the test's own, somebody may change the figures. */
  const agreesWithDf = (...lines: readonly string[]): number => {
    const round = `echo ROUND; ${DF}; echo BEAT; measure`
    const rounds = inNamespace(...lines, round, round, round)
      .split('ROUND\n')
      .slice(1)
    const counts = rounds.map(round => {
      const [df = [], [beat = ''] = []] = round.split(/BEAT\n/).map(part => part.trim().split('\n'))
      const { events }: Measured = JSON.parse(beat)
      const measured = events.map(({ system }) => lineOf(system.filesystem))
      const steady = (line: string): string =>
        line.startsWith(place) ? line : line.split(' ').slice(0, 4).join(' ')
      expect(measured.map(steady)).to.have.members(df.map(steady))
      return measured.length
    })
    return Math.min(...counts)
  }

  it('agree with df three times, few of them', () => {
    const count = agreesWithDf(
      'mkdir a b o; mount -t tmpfs one a; mkdir a/sub',
      'mount --bind a b; mount -t tmpfs two o; mkdir "o/x y"; mount -t tmpfs three "o/x y"',
      // One is hidden below another, and one below a mount on the way to it.
      'mkdir h h/data; mount -t tmpfs under h/data; mount -t tmpfs over h; mount -t tmpfs top a',
    )
    expect(count).to.be.at.least(5)
  })

  it('agree with df three times, two hundred of them', () => {
    const count = agreesWithDf(
      'for at in $(seq 100); do',
      '  mkdir t$at b$at; mount -t tmpfs -o size=$at"m" tmpfs t$at; mount --bind t$at b$at',
      'done',
    )
    expect(count).to.be.at.least(100)
  })

  it('hold nobody up if they hang', function () {
    const output = inNamespace(
      'test -c /dev/fuse || exit 0',
      'mkdir a hung z; mount -t tmpfs one a',
      'exec 3<>/dev/fuse',
      'mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 nobody hung',
      'mount -t tmpfs two z; measure',
    )
    if (output === '') {
      console.log('    skipped: there is no /dev/fuse')
      return this.skip()
    }
    const { events, durationMs }: Measured = JSON.parse(output)
    const points = events.map(({ system }) => system.filesystem['mount_point'])
    expect(points).to.include.members([join(place, 'a'), join(place, 'z')])
    expect(points).not.to.include(join(place, 'hung'))
    expect(durationMs).to.be.within(900, 8000)
  })
})

function canMount(): boolean {
  const mount = ['unshare', '--mount', 'mount', '-t', 'tmpfs', 'test', tmpdir()]
  return process.platform === 'linux' && spawnSync('env', mount).status === 0
}

function lineOf({ mount_point, device_name, type, total, used, ...rest }: Filesystem): string {
  const { available, files, free_files } = rest
  // df(1) has nothing to say about inodes that there are not.
  const inodes = files === 0 ? ['-', '-'] : [files, free_files]
  return [mount_point, device_name, type, total, used.bytes, available, ...inodes].join(' ')
}
