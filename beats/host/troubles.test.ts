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

  it('are named up to a number, however many things come and go', () => {
    const lines: string[] = []
    const log = pino({}, { write: line => lines.push(JSON.parse(line).msg) })
    const trouble = troubles(log)
    for (let at = 0; at < 5000; at++) trouble(`/mnt/${at}`, 'ENOENT')
    for (let at = 0; at < 5000; at++) trouble(`/mnt/${at}`, 'ENOENT')
    expect(lines).to.have.lengthOf(101)
    expect(lines.at(-1)).to.equal("More than 100 things can't be measured: others are not named")
    for (let at = 0; at < 5000; at++) trouble.forget(`/mnt/${at}`)
    trouble('/srv', 'EIO')
    expect(lines.slice(101)).to.deep.equal(["/srv can't be measured: EIO"])
  })
})
