import { expect } from 'chai'
import type { Mount } from '../proc/mounts.ts'
import { distinctMounts, filesystemFields } from './filesystem.ts'

describe('host: filesystem', () => {
  const mount = (device: string, mountPoint: string, type = 'ext4'): Mount => ({
    device,
    mountPoint,
    type,
  })

  it('reports visible mounts, each filesystem once', () => {
    const root = mount('/dev/vda', '/')
    const upper = mount('/dev/vdc', '/mnt')
    const tmpfs = [mount('tmpfs', '/run', 'tmpfs'), mount('tmpfs', '/dev/shm', 'tmpfs')]
    const mounts = [
      mount('rootfs', '/', 'rootfs'),
      mount('/dev/vda', '/etc/hosts'),
      root,
      mount('/dev/vdb', '/mnt'),
      upper,
      mount('/dev/vdc', '/mnt/again'),
      ...tmpfs,
    ]
    expect(distinctMounts(mounts))
      .to.have.members([root, upper, ...tmpfs])
      .and.lengthOf(4)
  })

  const stats = { bsize: 4096, blocks: 1000, bfree: 400, bavail: 350, files: 50, ffree: 20 }

  it('agrees with df: the reserve is neither used nor available', () => {
    expect(filesystemFields(mount('/dev/vda', '/'), stats)).to.deep.equal({
      system: {
        filesystem: {
          device_name: '/dev/vda',
          mount_point: '/',
          type: 'ext4',
          total: 4096000,
          free: 1638400,
          available: 1433600,
          used: { bytes: 2457600, pct: 0.6316 },
          files: 50,
          free_files: 20,
        },
      },
    })
  })

  it('counts in fragments if Node reports their size, and does not divide by zero', () => {
    const fuse = filesystemFields(mount('s3', '/s3', 'fuse.s3'), { ...stats, frsize: 512 })
    expect(fuse).to.have.nested.property('system.filesystem.total', 512000)
    const none = { bsize: 4096, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 }
    const proc = filesystemFields(mount('proc', '/proc', 'proc'), none)
    expect(proc).to.have.nested.property('system.filesystem.used.pct', 0)
  })
})
