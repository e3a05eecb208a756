import { formatDuration } from './duration.ts'
import { formatOf, type Leaf } from './leaf.ts'

/** A settled value as one writes it in YAML: the first of several spellings that its format reads as that. */
export function spelled(value: unknown, leaf: Leaf): string {
  if (typeof value !== 'number') return JSON.stringify(value)
  const { parse } = formatOf(leaf)
  const binary = value % 1024 ** 2 === 0 ? `${value / 1024 ** 2}MiB` : `${value / 1024}KiB`
  const size = value % 1000 ** 2 === 0 ? `${value / 1000 ** 2}MB` : binary
  const spellings = [formatDuration(value), ...(value === 0 ? [] : [size]), `0${value.toString(8)}`]
  const reads = (text: string) => {
    try {
      return parse(text) === value
    } catch {
      return false
    }
  }
  return spellings.find(reads) ?? String(value)
}
