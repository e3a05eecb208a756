import { expect } from 'chai'
import { pino } from 'pino'
import { troubles } from './troubles.ts'

describe('host: troubles', () => {
  it('are logged when they begin, change and end, not at every tick', () => {
    const lines: string[] = []
    const log = pino({}, { write: line => lines.push(JSON.parse(line).msg) })
    const trouble = troubles(log)
    trouble('cpu', undefined)
    trouble('diskio', 'ENOENT')
    trouble('diskio', 'ENOENT')
    trouble('/mnt', 'ENOENT')
    trouble('diskio', 'EACCES')
    trouble('diskio', undefined)
    trouble('diskio', undefined)
    trouble('diskio', 'ENOENT')
    expect(lines).to.deep.equal([
      "diskio can't be measured: ENOENT",
      "/mnt can't be measured: ENOENT",
      "diskio can't be measured: EACCES",
      'diskio can be measured again',
      "diskio can't be measured: ENOENT",
    ])
  })
})
