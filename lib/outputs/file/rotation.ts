/** One step of a rotation, which is a single system call: remove a file, or rename it over another. */
export type RotationStep =
  | { readonly remove: string }
  | { readonly rename: string; readonly to: string }

/**
 * The steps to rotate `file`, given the names in its folder: it becomes `file.1`, older files move up by one,
 * and those with a number above `backups` are removed. In the end, the name `file` is free.
 *
 * In this order, a crash between any two steps loses no file: files only move up, the highest number first,
 * and only as far as the first free number (a crash leaves one behind).
 */
export function rotationSteps(
  names: readonly string[],
  file: string,
  backups: number,
): readonly RotationStep[] {
  const present = new Set(names.map(name => backupNumber(name, file)))
  const surplus = [...present].filter(number => number > backups)
  const steps: RotationStep[] = surplus.map(number => ({ remove: `${file}.${number}` }))
  if (!names.includes(file)) return steps
  if (backups === 0) return [...steps, { remove: file }]
  for (let number = firstFree(present, backups); number > 1; number--) {
    steps.push({ rename: `${file}.${number - 1}`, to: `${file}.${number}` })
  }
  return [...steps, { rename: file, to: `${file}.1` }]
}

/** 3 for `file.3`; 0 for a name that is not from a rotation. */
function backupNumber(name: string, file: string): number {
  if (!name.startsWith(`${file}.`)) return 0
  const suffix = name.slice(file.length + 1)
  return /^[1-9]\d{0,8}$/.test(suffix) ? Number(suffix) : 0
}

/** The first free number, up to which files move; `backups` if none is free, and its file is replaced. */
function firstFree(present: ReadonlySet<number>, backups: number): number {
  let number = 1
  while (number < backups && present.has(number)) number++
  return number
}
