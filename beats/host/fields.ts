import type { FieldType, FieldTypes } from 'sealbeat'
import { CPU_STATES } from './proc/stat.ts'

/** Each name below a prefix, with the type that all of them have. */
function below(prefix: string, names: string, type: FieldType): FieldTypes {
  return Object.fromEntries(names.split(' ').map(name => [`${prefix}.${name}`, type]))
}

const cpu = ['total', ...CPU_STATES].flatMap(state => [`${state}.pct`, `${state}.norm.pct`])

/** What README.md says that it publishes. A ratio may well begin as 0, which nobody could tell from a whole number. */
export const fields: FieldTypes = {
  ...below('event', 'dataset', 'keyword'),
  ...below('event', 'duration', 'long'),
  ...below('metricset', 'name', 'keyword'),
  ...below('metricset', 'period', 'long'),
  ...below('host', 'cpu.usage', 'float'),
  ...below('host.disk', 'read.bytes write.bytes', 'long'),
  ...below('host.network', 'ingress.bytes ingress.packets egress.bytes egress.packets', 'long'),
  ...below('system.cpu', 'cores', 'long'),
  ...below('system.cpu', cpu.join(' '), 'float'),
  ...below('system.load', 'cores', 'long'),
  ...below('system.load', '1 5 15 norm.1 norm.5 norm.15', 'float'),
  ...below('system.memory', 'total free cached used.bytes actual.free', 'long'),
  ...below('system.memory', 'actual.used.bytes swap.total swap.free swap.used.bytes', 'long'),
  ...below('system.memory', 'used.pct actual.used.pct swap.used.pct', 'float'),
  ...below('system.filesystem', 'device_name mount_point type', 'keyword'),
  ...below('system.filesystem', 'total free available files free_files used.bytes', 'long'),
  ...below('system.filesystem', 'used.pct', 'float'),
  ...below('system.diskio', 'name', 'keyword'),
  ...below('system.diskio', 'read.count read.bytes read.time io.time io.ops', 'long'),
  ...below('system.diskio', 'write.count write.bytes write.time', 'long'),
  ...below('system.network', 'name', 'keyword'),
  ...below('system.network', 'in.bytes in.packets in.errors in.dropped', 'long'),
  ...below('system.network', 'out.bytes out.packets out.errors out.dropped', 'long'),
  ...below('system.uptime', 'duration.ms', 'long'),
  ...below('process', 'pid pgid parent.pid', 'long'),
  ...below('process', 'name state command_line', 'keyword'),
  ...below('process', 'cpu.pct memory.pct', 'float'),
  ...below('process', 'cpu.start_time', 'date'),
  ...below('user', 'id', 'keyword'),
  ...below('system.process', 'state cmdline cgroup.id cgroup.path', 'keyword'),
  ...below('system.process', 'num_threads cpu.total.value', 'long'),
  ...below('system.process', 'cpu.total.pct cpu.total.norm.pct memory.rss.pct', 'float'),
  ...below('system.process', 'cpu.start_time', 'date'),
  ...below('system.process.memory', 'size rss.bytes share', 'long'),
  ...below('system.process.cgroup', 'cgroups_version cpuacct.total.ns', 'long'),
  ...below('system.process.cgroup.memory.mem', 'usage.bytes max.bytes limit.bytes', 'long'),
  ...below('system.process.cgroup.cpu', 'cfs.period.us cfs.quota.us', 'long'),
  ...below('system.process.cgroup.cpu.stats', 'usage.ns user.ns system.ns periods', 'long'),
  ...below('system.process.cgroup.cpu.stats.throttled', 'periods us ns', 'long'),
  ...below('system.socket.summary', 'all.count all.listening tcp.memory udp.memory', 'long'),
  ...below('system.socket.summary', 'udp.all.count tcp.all.count tcp.all.orphan', 'long'),
  ...below('system.socket.summary.tcp.all', 'listening established closing last_ack', 'long'),
  ...below('system.socket.summary.tcp.all', 'close_wait time_wait syn_sent syn_recv', 'long'),
  ...below('system.socket.summary.tcp.all', 'fin_wait1 fin_wait2', 'long'),
  ...below('system.process.summary', 'total running sleeping idle', 'long'),
  ...below('system.process.summary', 'stopped zombie dead unknown', 'long'),
}
