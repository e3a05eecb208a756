// What processors cost an event, beyond publishing it without any.
import { measureIn } from './child.ts'
import { inTurns, median, spread } from './rounds.ts'
import { printTable, type Row } from './table.ts'

const ROUNDS = 7

const LISTS = {
  none: 'none',
  one: 'one, add_fields',
  ten: 'ten of the framework',
  dissect: 'dissect, six keys',
  own: 'ten of others',
}

export async function benchProcessors(): Promise<void> {
  const cost = (list: string) => () =>
    measureIn<{ microseconds: number }>('processors', list).microseconds
  const sides = Object.fromEntries(Object.keys(LISTS).map(list => [list, cost(list)]))
  const runs = await inTurns(ROUNDS, sides)
  const [base = Number.NaN] = Object.keys(LISTS).map(list => median(runs[list] ?? []))
  const rows = Object.entries(LISTS).map(([list, name]): Row => {
    const samples = runs[list] ?? []
    const more = (median(samples) - base).toFixed(2)
    return [name, spread(samples, 'µs', 2), list === 'none' ? '' : `${more} µs`]
  })
  printTable(`Processor time of an event by the processors that it passes, ${ROUNDS} in turns`, [
    ['', 'all of it', 'more than without'],
    ...rows,
  ])
}
