import { isBelow } from '../exposed.ts'

interface Mount {
  readonly point: string
  readonly options: readonly string[]
}

/** The mount that a path is on: the last one of those whose point is the longest above it. proc(5), mountinfo. */
export function mountOf(path: string, mountinfo: string): Mount | undefined {
  const mounts = mountinfo.split('\n').flatMap(line => {
    const [, , , , point, options] = line.split(' ')
    if (point === undefined || options === undefined) return []
    return [{ point: unescaped(point), options: options.split(',') }]
  })
  const above = mounts.filter(({ point }) => isBelow(path, point))
  return above.reduce<Mount | undefined>(
    (best, each) => (best && best.point.length > each.point.length ? best : each),
    undefined,
  )
}

/** Spaces and the like are octal: `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}
