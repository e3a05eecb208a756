import type { HostFiles } from '../host-files.ts'
import type { Figure } from '../metricsets/figures.ts'
import { parseCgroup } from '../proc/cgroup.ts'

const FOLDER = 'sys/fs/cgroup'

/** What the control group of a process has used, and may use, in the terms of Metricbeat. */
export function cgroupFields(files: HostFiles, text: string): object | undefined {
  const memberships = parseCgroup(text)
  const unified = memberships.find(({ version }) => version === 2)
  const limiting = memberships.filter(({ controllers }) => controllers.length > 0)
  // With both versions mounted, the controllers are those of version 1.
  if (limiting.length > 0) {
    return versionOne(files, name => limiting.find(each => each.controllers.includes(name))?.path)
  }
  return unified === undefined ? undefined : versionTwo(files, unified.path)
}

function versionTwo(files: HostFiles, path: string): object | undefined {
  if (isOutside(path)) return undefined
  const folder = `${FOLDER}${path}`
  const cpu = pairs(files.text(`${folder}/cpu.stat`))
  return {
    cgroups_version: 2,
    ...named(path),
    cpu: {
      stats: {
        usage: { ns: times(cpu.get('usage_usec'), 1000) },
        user: { ns: times(cpu.get('user_usec'), 1000) },
        system: { ns: times(cpu.get('system_usec'), 1000) },
        periods: cpu.get('nr_periods'),
        throttled: { periods: cpu.get('nr_throttled'), us: cpu.get('throttled_usec') },
      },
    },
    memory: {
      mem: {
        usage: { bytes: number(files.text(`${folder}/memory.current`)) },
        max: { bytes: number(files.text(`${folder}/memory.max`)) },
      },
    },
  }
}

function versionOne(files: HostFiles, pathOf: (controller: string) => string | undefined): object {
  const folder = (controller: string): string | undefined => {
    const path = pathOf(controller)
    return path === undefined || isOutside(path) ? undefined : `${FOLDER}/${controller}${path}`
  }
  const read = (controller: string, file: string): string | undefined =>
    folder(controller) === undefined ? undefined : files.text(`${folder(controller)}/${file}`)
  const cpu = pairs(read('cpu', 'cpu.stat'))
  const limit = number(read('memory', 'memory.limit_in_bytes'))
  return {
    cgroups_version: 1,
    ...named(pathOf('memory') ?? pathOf('cpu') ?? '/'),
    cpu: {
      cfs: {
        period: { us: number(read('cpu', 'cpu.cfs_period_us')) },
        quota: { us: number(read('cpu', 'cpu.cfs_quota_us')) },
      },
      stats: {
        periods: cpu.get('nr_periods'),
        throttled: { periods: cpu.get('nr_throttled'), ns: cpu.get('throttled_time') },
      },
    },
    cpuacct: { total: { ns: number(read('cpuacct', 'cpuacct.usage')) } },
    memory: {
      mem: {
        usage: { bytes: number(read('memory', 'memory.usage_in_bytes')) },
        limit: { bytes: limit !== undefined && limit < NO_LIMIT ? limit : undefined },
      },
    },
  }
}

/** What the kernel says where there is no limit is a little below 2^63. */
const NO_LIMIT = 2 ** 62

/** The group is not below those that this process sees: cgroup_namespaces(7). */
function isOutside(path: string): boolean {
  return path.split('/').includes('..')
}

function named(path: string): { readonly id: string; readonly path: string } {
  return { id: path.slice(path.lastIndexOf('/') + 1) || '/', path }
}

/** `name 1` in each line. */
function pairs(text = ''): ReadonlyMap<string, number> {
  return new Map(
    Array.from(text.matchAll(/^(\S+) (\d+)$/gm), ([, name = '', value]) => [name, Number(value)]),
  )
}

/** Not `max` and not -1, which mean that there is no limit. */
function number(text: string | undefined): Figure {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

function times(figure: Figure, factor: number): Figure {
  return figure === undefined ? undefined : figure * factor
}
