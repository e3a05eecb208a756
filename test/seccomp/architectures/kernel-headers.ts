import {
  cachedSources,
  fetchSources,
  type TableSources,
} from '../../../tools/tables/table-sources.ts'
import { skip } from '../../live.ts'

const CACHE = '.cache/debian'

/** The kernel headers that the tables are made from; skips the test where they can't be had. */
export async function kernelHeaders(test: Mocha.Context): Promise<TableSources> {
  try {
    return (await cachedSources(CACHE)) ?? (await fetchSources(CACHE))
  } catch (error) {
    return skip(test, `no kernel headers, nor a way to fetch them: ${String(error).split('\n')[0]}`)
  }
}
