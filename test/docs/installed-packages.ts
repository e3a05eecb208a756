import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Workplace } from '../cli/workplace.ts'
import { ROOT } from './page.ts'

/** Installs packages/ in a folder as npm would: what is published of them, with their dependencies beside them. */
export function installPackages(place: Workplace): void {
  for (const folder of readdirSync(`${ROOT}packages`)) {
    const from = `${ROOT}packages/${folder}`
    const { name, dependencies } = JSON.parse(readFileSync(`${from}/package.json`, 'utf8'))
    const to = place.path(`node_modules/${name}`)
    for (const part of ['package.json', 'dist']) {
      cpSync(join(from, part), join(to, part), { recursive: true })
    }
    for (const each of Object.keys(dependencies)) {
      const link = place.path(`node_modules/${each}`)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(`${ROOT}node_modules/${each}`, link)
    }
  }
}
