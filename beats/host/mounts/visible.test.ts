import { expect } from 'chai'
import { parseMountinfo } from '../proc/mountinfo.ts'
import { sightOf } from './visible.ts'

/** The mount points that are visible, and those that are hidden, of mounts `id parent point`. */
const sight = (...lines: readonly string[]) => {
  const mounts = lines.map((line, at) => {
    const [id, parent, point] = line.split(' ')
    return `${id} ${parent} 8:${at} / ${point} rw - ext4 /dev/sd${at} rw`
  })
  const { visible, hidden } = sightOf(parseMountinfo(mounts.join('\n')))
  return [visible.map(({ id }) => id), hidden.map(({ id }) => id)]
}

describe('host: mounts that can be reached', () => {
  const rows = [
    ['all, side by side', ['21 1 /', '30 21 /a', '31 21 /b', '32 30 /a/c'], []],
    ['a root that is its own parent', ['1 1 /', '30 1 /a'], []],
    ['not what lies below a child', ['21 1 /', '30 21 /a', '31 30 /a'], [30]],
    ['not what lies below a later sibling', ['21 1 /', '30 21 /a', '31 21 /a'], [30]],
    ['not what a sibling has on its way', ['21 1 /', '30 21 /a/b/c', '31 21 /a'], [30]],
    ['not what a sibling has covered as a whole', ['1 1 /', '21 1 /', '30 1 /a'], [1, 30]],
    ['what only looks as if it were on the way', ['21 1 /', '30 21 /a/old/x/y', '31 21 /a/o'], []],
    [
      'not the children of what is hidden, in whatever order they are listed',
      ['33 32 /a/x/y', '32 30 /a/x', '31 30 /a', '30 21 /a', '21 1 /'],
      [33, 32, 30],
    ],
    ['those whose parents are listed later', ['32 31 /a/b/c', '31 30 /a/b', '30 21 /a'], []],
  ] as const
  for (const [what, lines, hidden] of rows) {
    it(what, () => {
      const ids = lines.map(line => Number.parseInt(line, 10))
      const none: readonly number[] = hidden
      expect(sight(...lines)).to.deep.equal([ids.filter(id => !none.includes(id)), hidden])
    })
  }
})
