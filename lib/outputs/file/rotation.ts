/** One step of a rotation, a single system call: take away, or rename (replacing what is there). */
export type RotationStep =
  | { readonly remove: string }
  | { readonly rename: string; readonly to: string }

/**
 * How to rotate `file`, given the names in its folder: it becomes `file.1`, the older ones move up,
 * and none above `backups` stays. Ends with `file` free.
 *
 * Done in this order, a crash between any two steps loses no file: numbers only ever move up, from
 * the top, and only as far as the first number that is free (which such a crash leaves behind).
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

/** 3 for `file.3`; 0 for a name that rotation has not given. */
function backupNumber(name: string, file: string): number {
  if (!name.startsWith(`${file}.`)) return 0
  const suffix = name.slice(file.length + 1)
  return /^[1-9]\d{0,8}$/.test(suffix) ? Number(suffix) : 0
}

/** The number that the move begins with: the last one where none is free; what it holds goes. */
function firstFree(present: ReadonlySet<number>, backups: number): number {
  let number = 1
  while (number < backups && present.has(number)) number++
  return number
}
