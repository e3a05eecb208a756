import { readdirSync, readFileSync } from 'node:fs'

/** The text of a file of /proc for each thread of a process, but for one that ends meanwhile. */
export function textsOfThreads(pid: number | 'self', file: 'status' | 'stat'): readonly string[] {
  const folder = `/proc/${pid}/task`
  return readdirSync(folder).flatMap(tid => {
    try {
      return [readFileSync(`${folder}/${tid}/${file}`, 'latin1')]
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes(Object(error).code)) return []
      throw error
    }
  })
}
