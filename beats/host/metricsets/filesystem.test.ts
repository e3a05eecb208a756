import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { release } from 'node:os'
import { expect } from 'chai'
import { parseMountinfo } from '../proc/mountinfo.ts'
import { deviceOfTrees, heeded, sampled, tree } from '../testing/tree.ts'
import { checkedEvent } from './figures.ts'
import { filesystem, filesystemFields } from './filesystem.ts'

describe('host: filesystem', () => {
  const [mount] = parseMountinfo('21 1 254:0 / / rw - ext4 /dev/vda rw')
  const answer = {
    blockBytes: 4096,
    blocks: 1000,
    free: 400,
    available: 350,
    files: 50,
    freeFiles: 20,
    deviceNumber: '254:0',
  }
  const fields = (changed: Partial<typeof answer> = {}, { check } = heeded()): unknown => {
    if (mount === undefined) throw new Error('no mount')
    const event = filesystemFields(mount, { ...answer, ...changed }, check)
    const { filesystem } = Object(checkedEvent(event, check)['system'])
    const { device_name, mount_point, type, ...figures } = filesystem
    expect([device_name, mount_point, type]).to.deep.equal(['/dev/vda', '/', 'ext4'])
    return figures
  }

  it('agrees with df: the reserve is neither used nor available', () => {
    expect(fields()).to.deep.equal({
      total: 4096000,
      free: 1638400,
      available: 1433600,
      used: { bytes: 2457600, pct: 0.6316 },
      files: 50,
      free_files: 20,
    })
    expect(fields({ free: 0, available: 0, blocks: 0 })).to.have.nested.property('used.pct', 0)
  })

  it('leaves out what can not be, and names the mount once', () => {
    const heed = heeded()
    for (const _ of [1, 2]) {
      const more = { free: 1256, available: 2 ** 64 - 5, files: 2 ** 64, freeFiles: 7 }
      expect(fields(more, heed)).to.deep.equal({ total: 4096000, free_files: 7 })
    }
    expect(heed.warnings).to.have.lengthOf(3)
    expect(heed.warnings[0]).to.equal(
      "system.filesystem.free of / can't be 5144576, which is more than all, 4096000: left out",
    )
  })

  it('leaves out what of it can not be known either, without another word', () => {
    const all = { total: 4096000, free: 1638400, available: 1433600, files: 50, free_files: 20 }
    const used = { bytes: 2457600 }
    const most = 2 ** 63
    for (const [changed, field, expected] of [
      [{ blocks: most }, 'total', { free: 1638400, available: 1433600, files: 50, free_files: 20 }],
      [{ free: 1001 }, 'free', { ...all, free: undefined }],
      [{ available: 1001 }, 'available', { ...all, available: undefined, used }],
      [{ files: most }, 'files', { ...all, files: undefined, used: { ...used, pct: 0.6316 } }],
      [
        { freeFiles: 51 },
        'free_files',
        { ...all, free_files: undefined, used: { ...used, pct: 0.6316 } },
      ],
    ] as const) {
      const heed = heeded()
      const known = Object.entries(expected).filter(([, value]) => value !== undefined)
      expect(fields(changed, heed), field).to.deep.equal(Object.fromEntries(known))
      expect(heed.warnings, field).to.have.lengthOf(1)
      expect(heed.warnings[0]).to.match(
        new RegExp(`^system\\.filesystem\\.${field} of / can't be `),
      )
    }
  })

  it('tells the mounts of this process by their numbers', async function () {
    const [major = 0, minor = 0] = release().split('.').map(Number)
    if (major < 5 || (major === 5 && minor < 8)) {
      console.log('    skipped: this kernel does not tell the numbers of mounts')
      return this.skip()
    }
    const host = tree({ 'late/.keep': '', 'own/.keep': '' })
    const descriptor = openSync(host.root, 'r')
    const about = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')
    closeSync(descriptor)
    // The number of a mount is enough: the device of a subvolume, for example, may be another.
    const own = /^mnt_id:\s*(\d+)$/m.exec(about)?.[1]
    const lines =
      `999999 1 ${deviceOfTrees()} / /late rw - ext4 /dev/sda rw\n` +
      `${own} 1 250:99 / /own rw - ext4 /dev/sdb rw\n`
    host.write({ 'proc/self/mountinfo': lines, 'proc/1/mountinfo': lines })
    const told: string[] = []
    const trouble = Object.assign(
      (subject: string, message?: string) => void told.push(`${subject}: ${message ?? 'none'}`),
      { forget: () => undefined },
    )
    for (const process of ['proc/self', 'proc/1']) {
      await sampled(filesystem, [{}], {
        files: { ...host.files, process },
        trouble,
        ignoredTypes: [],
      })
    }
    host.remove()
    expect(told).to.deep.equal([
      ...['/late: another mount has its place', '/own: none'],
      ...['/late: none', '/own: it is not mounted below hostfs: bind it with rslave'],
    ])
  })

  it('is left out where it has no blocks', async () => {
    const { dev } = statSync('/proc')
    const line = `22 21 0:${dev} / /none rw - odd none rw\n`
    const [events] = await sampled(filesystem, [{ 'proc/1/mountinfo': line, none: '-> /proc' }], {
      ignoredTypes: [],
    })
    expect(events).to.deep.equal([])
  })

  it('is not reported once nobody waits for it', async () => {
    const host = tree({ 'proc/1/mountinfo': `21 1 ${deviceOfTrees()} / / rw - ext4 /dev/sda rw\n` })
    const collect = filesystem({
      ...{ files: host.files, ignoredTypes: [], top: { by_cpu: 1, by_memory: 1 }, ...heeded() },
      processes: () => Promise.reject(new Error('not asked')),
      trouble: Object.assign(() => expect.fail('nothing is wrong'), { forget: () => undefined }),
    })
    expect(await collect(AbortSignal.abort(), {})).to.deep.equal([])
    host.remove()
  })

  it('tells a mount of the host that is not below hostfs from what is there instead', async () => {
    const told: string[] = []
    const trouble = Object.assign(
      (subject: string, message?: string) => void told.push(`${subject}: ${message ?? 'none'}`),
      { forget: () => undefined },
    )
    const lines = [
      `21 1 ${deviceOfTrees()} / / rw - ext4 /dev/sda rw`,
      '22 21 250:99 / /late rw - ext4 /dev/sdb rw',
      '23 21 0:99 / /sub rw - btrfs /dev/sdc rw',
    ]
    const [events = []] = await sampled(
      filesystem,
      [{ 'proc/1/mountinfo': `${lines.join('\n')}\n`, 'late/.keep': '', 'sub/.keep': '' }],
      { trouble, ignoredTypes: [] },
    )
    expect(events).to.have.lengthOf(2)
    expect(told).to.deep.equal([
      ...['/: none', '/late: it is not mounted below hostfs: bind it with rslave', '/sub: none'],
    ])
  })

  it("has no figures of the container's root under the name of the host's", async () => {
    const told: string[] = []
    const trouble = Object.assign(
      (subject: string, message?: string) => void told.push(`${subject}: ${message ?? 'none'}`),
      { forget: () => undefined },
    )
    const mountinfo = '21 1 250:98 / / rw - ext4 /dev/sda rw\n'
    const settings = { trouble, ignoredTypes: [] }
    const [events] = await sampled(filesystem, [{ 'proc/1/mountinfo': mountinfo }], settings)
    expect(events).to.deep.equal([])
    expect(told).to.deep.equal(['/: it is not mounted below hostfs: bind it with rslave'])
  })

  it('forgets mounts that are gone, and says what is hidden', async () => {
    const told: string[] = []
    const trouble = Object.assign(
      (subject: string, message?: string) => void told.push(`${subject}: ${message ?? 'none'}`),
      { forget: (subject: string) => void told.push(`${subject} is gone`) },
    )
    const [root, gone] = [
      `21 1 ${deviceOfTrees()} / / rw - ext4 /dev/sda rw`,
      '22 21 8:2 / /x rw - ext4 /dev/b rw',
    ]
    const covered = '23 22 0:9 / /x rw - tmpfs none rw'
    const types = 'nodev\ttmpfs\n\text4\n'
    const samples = await sampled(
      filesystem,
      [
        { 'proc/filesystems': types, 'proc/1/mountinfo': `${root}\n${gone}\n` },
        { 'proc/1/mountinfo': `${root}\n${gone}\n${covered}\n` },
        { 'proc/1/mountinfo': `${root}\n` },
      ],
      { trouble },
    )
    expect(samples.map(events => events.length)).to.deep.equal([1, 1, 1])
    expect(told).to.deep.equal([
      ...['/: none', '/x: ENOENT'],
      ...['/dev/b on /x: another mount lies on top of it', '/: none', '/x is gone'],
      ...['/: none', '/dev/b on /x is gone'],
    ])
  })
})
