import type { Mount } from '../proc/mountinfo.ts'

interface Mounts {
  /** The mount that a path to its mount point leads to. */
  readonly visible: readonly Mount[]
  /** Another mount lies on top of it, or on a folder on the way to it. */
  readonly hidden: readonly Mount[]
}

/**
 * Tells mounts that can be reached from those that lie below others. A path goes from a mount on to a child of it
 * whose mount point is on the way. So a mount is hidden if one of its children has the same mount point, if a
 * sibling has a mount point on the way to its own, or if its parent is hidden by a sibling of the parent.
 */
export function sightOf(mounts: readonly Mount[]): Mounts {
  const byId = new Map(mounts.map(mount => [mount.id, mount]))
  const children = new Map(mounts.map(mount => [placeOf(mount.parentId, mount.mountPoint), mount]))
  const reached = new Map<number, boolean>()

  const isReachable = (mount: Mount): boolean => {
    // Parents come before their children in the file, but need not, and may be outside of it.
    const chain: Mount[] = []
    for (let at: Mount | undefined = mount; at && !reached.has(at.id); ) {
      reached.set(at.id, true)
      chain.push(at)
      at = at.parentId === at.id ? undefined : byId.get(at.parentId)
    }
    for (const each of chain.toReversed()) {
      const isParent = reached.get(each.parentId) ?? true
      reached.set(each.id, isParent && !isBelowSibling(each, children))
    }
    return reached.get(mount.id) === true
  }

  const isVisible = (mount: Mount): boolean => {
    const top = children.get(placeOf(mount.id, mount.mountPoint))
    return (top === undefined || top === mount) && isReachable(mount)
  }
  const visible = mounts.filter(isVisible)
  const seen = new Set(visible)
  return { visible, hidden: mounts.filter(mount => !seen.has(mount)) }
}

function isBelowSibling(mount: Mount, children: ReadonlyMap<string, Mount>): boolean {
  const { id, parentId, mountPoint } = mount
  if (parentId === id) return false
  const isOnTop = (point: string): boolean => {
    const sibling = children.get(placeOf(parentId, point))
    return sibling !== undefined && sibling !== mount && sibling.id !== parentId
  }
  if (isOnTop(mountPoint)) return true
  for (let end = mountPoint.lastIndexOf('/'); end > 0; end = mountPoint.lastIndexOf('/', end - 1)) {
    if (isOnTop(mountPoint.slice(0, end))) return true
  }
  return mountPoint !== '/' && isOnTop('/')
}

function placeOf(parentId: number, mountPoint: string): string {
  return `${parentId} ${mountPoint}`
}
