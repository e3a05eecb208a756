import { expect } from 'chai'
import { type Mount, parseMountinfo } from '../proc/mountinfo.ts'
import { tree } from '../testing/tree.ts'
import { mountFinder, reportedOf } from './reported.ts'

/** `id parent device root point type source`. */
const mounts = (...lines: readonly string[]): readonly Mount[] =>
  parseMountinfo(lines.map(asMountinfo).join('\n'))

const asMountinfo = (line: string): string => {
  const [id, parent, device, root, point, type, source] = line.split(' ')
  return `${id} ${parent} ${device} ${root} ${point} rw - ${type} ${source} rw`
}

const NODEV = new Set(['proc', 'tmpfs', 'fuse', 'overlay', 'nfs4', 'rootfs', 'autofs'])

describe('host: mounts to report', () => {
  const points = (found: readonly Mount[]) => found.map(({ mountPoint }) => mountPoint)
  const reported = (lines: readonly string[], ignored: ReadonlySet<string> = new Set()) =>
    points(reportedOf(mounts(...lines), ignored).mounts)
  const hidden = (lines: readonly string[], ignored: ReadonlySet<string> = NODEV) =>
    points(reportedOf(mounts(...lines), ignored).hidden)

  const ROOT = '21 1 8:1 / / ext4 /dev/sda1'

  it('are those on top, wherever they hide others', () => {
    const below = [ROOT, '30 21 8:2 / /mnt/o/data ext4 /dev/sdb', '31 21 0:40 / /mnt/o tmpfs none']
    expect(reported(below)).to.deep.equal(['/', '/mnt/o'])
    expect(hidden(below)).to.deep.equal(['/mnt/o/data'])
    const stacked = [ROOT, '30 21 8:2 / /mnt ext4 /dev/sdb', '31 30 8:3 / /mnt ext4 /dev/sdc']
    expect(reported([...stacked, '32 31 8:4 / /mnt/x ext4 /dev/sdd'])).to.deep.equal([
      ...['/', '/mnt', '/mnt/x'],
    ])
    // One that was mounted on /mnt before it was covered, and what is mounted on that.
    const covered = ['32 30 8:4 / /mnt/x ext4 /dev/sdd', '33 32 8:5 / /mnt/x/y ext4 /dev/sde']
    expect(reported([...stacked, ...covered])).to.deep.equal(['/', '/mnt'])
    expect(hidden([...stacked, ...covered])).to.deep.equal(['/mnt', '/mnt/x', '/mnt/x/y'])
    // Only whole names are on the way.
    const beside = ['30 21 8:2 / /mnt/old ext4 /dev/sdb', '31 21 8:3 / /mnt/o ext4 /dev/sdc']
    expect(reported([ROOT, ...beside])).to.deep.equal(['/', '/mnt/old', '/mnt/o'])
  })

  it('begin at a root that another has covered, or that is not in the list', () => {
    const initramfs = ['1 1 0:2 / / rootfs rootfs', ROOT, '30 21 8:2 / /srv ext4 /dev/sdb']
    expect(reported(initramfs, NODEV)).to.deep.equal(['/', '/srv'])
    const ownRoot = ['1 1 0:2 / / rootfs rootfs', '30 1 8:2 / /srv ext4 /dev/sdb']
    expect(reported(ownRoot, NODEV)).to.deep.equal(['/srv'])
    const chroot = ['30 21 8:2 / /srv ext4 /dev/sdb', '31 21 8:3 / /var ext4 /dev/sdc']
    expect(reported(chroot, NODEV)).to.deep.equal(['/srv', '/var'])
    const circle = ['30 31 8:2 / /a ext4 /dev/sdb', '31 30 8:3 / /b ext4 /dev/sdc']
    expect(reported(circle)).to.deep.equal(['/a', '/b'])
  })

  it('are one of each filesystem, which its number tells, not its name', () => {
    const fuse = ['30 21 0:40 / /a fuse /dev/fuse', '31 21 0:41 / /b fuse /dev/fuse']
    expect(reported([ROOT, ...fuse])).to.deep.equal(['/', '/a', '/b'])
    const bound = ['30 21 8:1 /etc/hosts /h ext4 /dev/sda1', '31 21 8:1 / /again ext4 /dev/root']
    expect(reported([ROOT, ...bound])).to.deep.equal(['/'])
    const container = [
      '20 1 0:40 / / overlay overlay',
      '30 20 8:1 /var/lib/x/hostname /etc/hostname ext4 /dev/sda1',
      '31 20 8:1 /var/lib/x/hosts /etc/hosts ext4 /dev/sda1',
    ]
    expect(reported(container, NODEV)).to.deep.equal(['/etc/hosts'])
    const shares = ['30 21 0:50 / /a nfs4 nas:/a', '31 21 0:50 / /b nfs4 nas:/b']
    const again = '32 21 0:50 / /longer nfs4 nas:/a'
    expect(reported([...shares, again])).to.deep.equal(['/a', '/b'])
  })

  it('are of one filesystem the one that df(1) shows', () => {
    const shown = (...of: readonly string[]) =>
      reported(of.map((line, at) => `${30 + at} 21 0:60 ${line}`))
    // A device with a path takes the place of one without, however near to the root that is.
    expect(shown('/ /a btrfs none', '/ /longer btrfs /dev/a')).to.deep.equal(['/longer'])
    // One nearer to the root takes the place of any; of those as near it is the first.
    expect(shown('/ /longer btrfs /dev/a', '/ /a btrfs none')).to.deep.equal(['/a'])
    expect(shown('/ /longer ext4 /dev/a', '/ /a ext4 /dev/a')).to.deep.equal(['/a'])
    expect(shown('/ /b ext4 /dev/a', '/ /a ext4 /dev/a')).to.deep.equal(['/b'])
    expect(shown('/ /longer ext4 none', '/ /a ext4 none')).to.deep.equal(['/a'])
    expect(shown('/ /a ext4 none', '/ /longer ext4 none')).to.deep.equal(['/a'])
    // Unless less of the filesystem is there.
    expect(shown('/ /longer ext4 /dev/a', '/sub /a ext4 /dev/a')).to.deep.equal(['/longer'])
    expect(shown('/sub /longer ext4 /dev/a', '/sub /a ext4 /dev/a')).to.deep.equal(['/a'])
  })

  it('are each share of a server, though they are one filesystem there', () => {
    const cifs = ['30 21 0:50 / /long cifs //nas/a', '31 21 0:50 / /b cifs //nas/b']
    expect(reported(cifs)).to.deep.equal(['/long', '/b'])
    const nfs = ['30 21 0:50 / /long nfs4 nas:a', '31 21 0:50 / /b nfs4 nas:b']
    expect(reported(nfs)).to.deep.equal(['/long', '/b'])
    const local = ['30 21 0:50 / /long ext4 /dev/a//', '31 21 0:50 / /b ext4 /dev/b//']
    expect(reported(local)).to.deep.equal(['/b'])
  })

  it('are of types that are not ignored, with or without a subtype', () => {
    const all = [
      ROOT,
      '30 21 0:40 / /ssh fuse.sshfs a@b:/',
      '31 21 8:2 / /win fuseblk /dev/sdb',
      '32 21 0:41 / /run tmpfs tmpfs',
    ]
    expect(reported(all, NODEV)).to.deep.equal(['/', '/win'])
    expect(reported(all, new Set(['fuse.sshfs', 'ext4']))).to.deep.equal(['/win', '/run'])
    expect(reported(all, new Set(['fuse']))).to.deep.equal(['/', '/win', '/run'])
  })

  it('are no handles, no places that mount when asked, and none that are deleted', () => {
    const none = [
      '30 21 0:4 net:[4026532281] /run/netns/a nsfs nsfs',
      '31 21 0:41 / /net autofs systemd-1',
      '32 21 8:2 / /gone//deleted ext4 /dev/sdb',
    ]
    expect(reported([ROOT, ...none])).to.deep.equal(['/'])
  })

  it('are not missed as hidden if they can be seen elsewhere, or are of no interest', () => {
    const covers = [
      ...[ROOT, '30 21 8:2 / /home ext4 /dev/sdb', '31 21 8:1 /srv /var ext4 /dev/sda1'],
      ...['40 30 0:50 / /home tmpfs inaccessible', '41 31 0:50 / /var tmpfs inaccessible'],
      ...['32 21 0:51 / /run tmpfs tmpfs', '42 32 0:50 / /run tmpfs inaccessible'],
    ]
    expect(hidden(covers)).to.deep.equal(['/home'])
  })

  it('are looked for again when they, or the types, have changed', () => {
    const lines = [ROOT, '32 21 0:41 / /run tmpfs tmpfs'].map(asMountinfo)
    const { files, write, remove } = tree({
      'proc/1/mountinfo': `${lines.join('\n')}\n`,
      'proc/filesystems': 'nodev\ttmpfs\n\text4\n',
    })
    const find = mountFinder(files, null)
    const first = find()
    expect(points(first.mounts)).to.deep.equal(['/'])
    expect(find()).to.equal(first)
    write({ 'proc/filesystems': '\text4\n' })
    expect(points(find().mounts)).to.deep.equal(['/', '/run'])
    write({ 'proc/1/mountinfo': `${lines[0]}\n` })
    expect(points(find().mounts)).to.deep.equal(['/'])
    remove()
  })

  it('are found fast among thousands', () => {
    const many = Array.from({ length: 5000 }, (_, at) => {
      return `${100 + at} ${at % 3 === 2 ? 99 + at : 21} 0:${at} / /srv/${at >> 6}/${at} tmpfs t${at}`
    })
    const start = process.cpuUsage()
    expect(reported([ROOT, ...many])).to.have.lengthOf(5001)
    expect(process.cpuUsage(start).user / 1000, 'ms').to.be.below(1000)
  })
})
