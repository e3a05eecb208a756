import { expect } from 'chai'
import { parseMountinfo } from './mountinfo.ts'

describe('host: /proc/PID/mountinfo', () => {
  const rows = [
    [
      'Linux 6',
      '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 propagate_from:2 - ext3 /dev/root rw,errors=continue',
      [36, 35, '98:0', '/mnt1', '/mnt2', 'ext3', '/dev/root'],
    ],
    [
      'no optional fields',
      '21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw',
      [21, 1, '8:1', '/', '/', 'ext4', '/dev/sda1'],
    ],
    [
      'escapes, once each',
      '40 21 0:51 /a\\040b /mnt/a\\040b\\011c\\134040\\012 rw shared:9 - fuse.s\\040x a\\043b rw',
      [40, 21, '0:51', '/a b', '/mnt/a b\tc\\040\n', 'fuse.s x', 'a#b'],
    ],
    [
      'other letters, and a name of the device with dashes',
      '41 21 0:52 / /mnt/größe rw - cifs //nas/données-1 rw',
      [41, 21, '0:52', '/', '/mnt/größe', 'cifs', '//nas/données-1'],
    ],
    [
      'a namespace',
      '42 21 0:4 net:[4026532281] /run/netns/a rw shared:3 - nsfs nsfs rw',
      [42, 21, '0:4', 'net:[4026532281]', '/run/netns/a', 'nsfs', 'nsfs'],
    ],
    [
      'a source that has the separator in it',
      '44 21 0:54 / /mnt rw - 9p a - b rw',
      [44, 21, '0:54', '/', '/mnt', '9p', 'a'],
    ],
    ['no device at all', '45 21 0:53 / /m rw - tmpfs', [45, 21, '0:53', '/', '/m', 'tmpfs', '']],
    ['no device', '43 21 0:53 / /m rw - tmpfs  rw', [43, 21, '0:53', '/', '/m', 'tmpfs', '']],
  ] as const
  for (const [what, line, expected] of rows) {
    it(what, () => {
      const [mount] = parseMountinfo(`${line}\n`)
      expect(Object.values(mount ?? {})).to.deep.equal(expected)
    })
  }

  it('skips lines of another format', () => {
    expect(parseMountinfo('\nodd\n36 35 98:0 / /m rw\n36 35 - ext4 x rw\n')).to.deep.equal([])
  })

  it('skips lines that lack a field', () => {
    for (const line of [
      '36 35 98:0 / /m rw ext4 /dev/a rw',
      '136 35 98:0 / /m rw ext4 /dev/a rw',
      ' - ext4 /dev/a rw',
      '36 35 - ext4 /dev/a rw',
      '36 35  / /m rw - ext4 /dev/a rw',
      '36 35 98:0 - ext4 /dev/a rw',
      '36 35 98:0 / - ext4 /dev/a rw',
      '36 35 98:0 /  rw - ext4 /dev/a rw',
      '36 35 98:0 / /m rw -  /dev/a rw',
    ]) {
      expect(parseMountinfo(`${line}\n`), line).to.deep.equal([])
    }
  })
})
