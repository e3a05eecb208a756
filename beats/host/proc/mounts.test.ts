import { expect } from 'chai'
import { parseMounts } from './mounts.ts'

describe('host: /proc/PID/mounts', () => {
  it('decodes the escapes of fstab(5), and skips malformed lines', () => {
    const text = [
      '/dev/vda / ext4 rw,relatime 0 0',
      '/dev/sdb1 /mnt/a\\040b\\011c\\134040\\012 xfs rw 0 0',
      '//nas/données /mnt/größe cifs rw 0 0',
      ' /mnt/nameless tmpfs rw 0 0',
      'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0',
      'odd',
      '',
    ].join('\n')
    expect(parseMounts(text)).to.deep.equal([
      { device: '/dev/vda', mountPoint: '/', type: 'ext4' },
      { device: '/dev/sdb1', mountPoint: '/mnt/a b\tc\\040\n', type: 'xfs' },
      { device: '//nas/données', mountPoint: '/mnt/größe', type: 'cifs' },
      { device: '', mountPoint: '/mnt/nameless', type: 'tmpfs' },
      { device: 'cgroup2', mountPoint: '/sys/fs/cgroup', type: 'cgroup2' },
    ])
  })
})
