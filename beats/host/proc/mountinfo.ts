export interface Mount {
  readonly id: number
  readonly parentId: number
  /** `8:1`, the superblock: the same for all mounts of a filesystem. */
  readonly deviceNumber: string
  /** The folder of the filesystem that is mounted: `/` for all of it. */
  readonly root: string
  readonly mountPoint: string
  readonly type: string
  readonly device: string
}

/**
 * Parses /proc/PID/mountinfo (proc_pid_mountinfo(5)): `36 35 98:0 /root /point options [tags…] - type source …`.
 * A line in another format is skipped.
 */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap(line => {
    const separator = line.indexOf(' - ')
    const [id, parent, deviceNumber, root, point] = line.slice(0, separator).split(' ')
    const [type, device] = line.slice(separator + 3).split(' ')
    if (separator < 0 || !deviceNumber || root === undefined || !point || !type) return []
    return [
      {
        id: Number(id),
        parentId: Number(parent),
        deviceNumber,
        root: unescapeField(root),
        mountPoint: unescapeField(point),
        type: unescapeField(type),
        device: unescapeField(device ?? ''),
      },
    ]
  })
}

/** Inside a field, a space, tab, newline or backslash is written as `\040` and so on (getmntent(3)). */
function unescapeField(field: string): string {
  if (!field.includes('\\')) return field
  return field.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}
