/** Sources that are mutated, and the tests that have to notice; both are folders or files. */
export interface Room {
  readonly sources: readonly string[]
  readonly tests: readonly string[]
}

/**
 * The rooms that install filters are left out: a mutant there could deny any system call to anything. So are
 * tests that run the bundled agent, as bundles are not mutated.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  pipeline: { sources: ['lib/pipeline'], tests: ['test/pipeline'] },
  outputs: { sources: ['lib/outputs'], tests: ['test/outputs'] },
  policy: { sources: ['lib/seccomp/policy'], tests: ['test/seccomp/policy'] },
  compiler: { sources: ['lib/seccomp/compiler'], tests: ['test/seccomp/compiler'] },
  import: { sources: ['lib/seccomp/import'], tests: ['test/seccomp/import'] },
  config: { sources: ['lib/config'], tests: ['test/config'] },
  conditions: { sources: ['lib/conditions'], tests: ['test/conditions'] },
  regex: { sources: ['lib/regex'], tests: ['test/regex'] },
  trust: {
    sources: ['lib/trust'],
    tests: [
      'test/trust/ownership.test.ts',
      'test/trust/private-group.test.ts',
      'test/trust/trusted-file.test.ts',
      'test/trust/walk.test.ts',
      'test/trust/way.test.ts',
    ],
  },
  host: {
    sources: [
      'beats/host/asking',
      'beats/host/collect.ts',
      'beats/host/fields.ts',
      'beats/host/host-files.ts',
      'beats/host/metricsets',
      'beats/host/mounts',
      'beats/host/proc',
      'beats/host/processes',
      'beats/host/schedule.ts',
      'beats/host/sys',
      'beats/host/troubles.ts',
    ],
    tests: [
      'beats/host/asking',
      'beats/host/host.test.ts',
      'beats/host/live.test.ts',
      'beats/host/metricsets',
      'beats/host/mounts/reported.test.ts',
      'beats/host/mounts/visible.test.ts',
      'beats/host/proc',
      'beats/host/processes/cgroup.test.ts',
      'beats/host/processes/live.test.ts',
      'beats/host/processes/period.test.ts',
      'beats/host/processes/process.test.ts',
      'beats/host/processes/read.test.ts',
      'beats/host/processes/top.test.ts',
      'beats/host/schedule.test.ts',
      'beats/host/testing',
      'beats/host/troubles.test.ts',
    ],
  },
  audit: { sources: ['beats/audit'], tests: ['beats/audit'] },
  agent: {
    sources: [
      'lib/agent/plan.ts',
      'lib/agent/status.ts',
      'lib/agent/metrics-log.ts',
      'lib/agent/beats',
      'lib/agent/plugins',
      'lib/agent/reload',
    ],
    tests: [
      'test/agent/plan.test.ts',
      'test/agent/status.test.ts',
      'test/agent/metrics-log.test.ts',
      'test/agent/beats',
      'test/agent/plugins',
      'test/agent/reload',
    ],
  },
  processors: { sources: ['lib/processors'], tests: ['test/processors'] },
  watermark: { sources: ['lib/watermark.ts'], tests: ['test/watermark.test.ts'] },
  backoff: { sources: ['lib/backoff.ts'], tests: ['test/backoff.test.ts'] },
}
